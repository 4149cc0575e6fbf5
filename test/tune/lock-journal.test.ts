import { spawn } from "node:child_process";
import { once } from "node:events";
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

test.runIf(process.platform === "linux")(
  "a journal is not kept by a process that was killed and not yet reaped",
  async () => {
    const path = join(await scratchDir(), "journal.ndjson");
    // The shell becomes a sleep, which never asks after the child that it had as a shell.
    const parent = spawn("sh", ["-c", "sleep 0.05 & echo $!; exec sleep 20"], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    try {
      const [line] = (await once(parent.stdout, "data")) as [Buffer];
      const pid = Number(line.toString());
      await expect.poll(() => readFile(`/proc/${pid}/stat`, "utf8")).toMatch(/\) Z/);
      await writeFile(`${path}.lock`, String(pid));
      await (await lockJournal(path, "journal.ndjson"))();
    } finally {
      parent.kill("SIGKILL");
    }
  },
);
