import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { lockJournal } from "../../src/tune/journal/lock-journal.ts";
import { scratchDir } from "../support/scratch-dir.ts";

test("a journal is one process's at a time; one that died does not keep it", async () => {
  const path = join(await scratchDir(), "journal.ndjson");
  const unlock = await lockJournal(path, "journal.ndjson");
  expect(await readFile(`${path}.lock`, "utf8")).toBe(String(process.pid));
  await unlock();

  await writeFile(`${path}.lock`, String(process.ppid));
  await expect(lockJournal(path, "journal.ndjson")).rejects.toThrow(
    `the journal journal.ndjson is being written by process ${process.ppid}`,
  );
  // No process has so large an id.
  await writeFile(`${path}.lock`, "99999999");
  await (await lockJournal(path, "journal.ndjson"))();
  await writeFile(`${path}.lock`, "");
  await (await lockJournal(path, "journal.ndjson"))();
});
