import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runCli } from "../../src/cli/cli.ts";
import { refreshIndex, updateIndex } from "../../src/cli/update-index.ts";
import { writeComparison } from "../../src/cli/write-comparison.ts";
import { publishAll } from "../../src/publish/publishers.ts";
import { memoryIo } from "../support/memory-io.ts";
import { sampleComparison } from "../support/sample-comparison.ts";
import { sampleResult } from "../support/sample-result.ts";
import { scratchDir } from "../support/scratch-dir.ts";

const folder = "20261124-110500-sample";

test("dyno report --index lists the reports of a folder, and tells which ones it could not read", async () => {
  const cwd = await scratchDir();
  await publishAll(sampleResult(), join(cwd, "reports", folder));
  await mkdir(join(cwd, "reports", "20261124-110501-cut"));
  await writeFile(join(cwd, "reports", "20261124-110501-cut", "result.json"), "{");
  for (const args of [["--index"], ["--index", "reports"]]) {
    const io = memoryIo(cwd);
    expect(await runCli(["report", ...args], io)).toBe(0);
    expect(io.written.stdout).toBe(`${join("reports", "index.html")}\n`);
    expect(io.written.stderr).toMatch(
      /^dyno: reports\/20261124-110501-cut is not listed: result\.json cannot be read: /,
    );
  }
  expect(await readFile(join(cwd, "reports", "index.html"), "utf8")).toContain(`${folder}/report.html`);
});

test.each([
  [["report"], /name a result\.json, .* or a matrix\.json, or give --index/],
  [["report", "a.json", "--index", "reports"], /--index lists a whole folder: leave a\.json out/],
  [["report", "--index", "nowhere"], /there is no folder nowhere/],
])("dyno %j is refused with what to do", async (args, message) => {
  const io = memoryIo(await scratchDir());
  expect(await runCli(args, io)).toBe(2);
  expect(io.written.stderr).toMatch(message);
});

test("a command that publishes brings the index of its folder up to date", async () => {
  const cwd = await scratchDir();
  await writeComparison(sampleComparison(), { out: "reports", stem: "gate" }, memoryIo(cwd));
  expect(await readFile(join(cwd, "reports", "index.html"), "utf8")).toContain(
    "20261125-021103-gate/report.html#s1",
  );
});

test("where there is no index, a page of a trend makes none; where there is one, it is brought up to date", async () => {
  const cwd = await scratchDir();
  const index = join(cwd, "reports", "index.html");
  await publishAll(sampleResult(), join(cwd, "reports", folder));
  await refreshIndex(join(cwd, "reports"), "0.1.0", memoryIo(cwd));
  await expect(readFile(index)).rejects.toThrow(/ENOENT/);
  await updateIndex(join(cwd, "reports", folder), "0.1.0", memoryIo(cwd));
  await writeFile(join(cwd, "reports", "trend-sample.html"), "");
  await refreshIndex(join(cwd, "reports"), "0.1.0", memoryIo(cwd));
  expect(await readFile(index, "utf8")).toContain('href="trend-sample.html"');
});

test("beside a report's folder that the user named, nothing is written", async () => {
  const cwd = await scratchDir();
  await writeComparison(
    sampleComparison(),
    { out: "reports", stem: "gate", reportDir: "mine" },
    memoryIo(cwd),
  );
  await expect(readFile(join(cwd, "index.html"))).rejects.toThrow(/ENOENT/);
});

test("an index that cannot be written is told of, and fails no command", async () => {
  const cwd = await scratchDir();
  await publishAll(sampleResult(), join(cwd, "reports", folder));
  await writeFile(join(cwd, "reports", "index.html"), "<h1>My site</h1>");
  const io = memoryIo(cwd);
  await updateIndex(join(cwd, "reports", folder), "0.1.0", io);
  expect(io.written.stderr).toMatch(/^dyno: the index in reports is not up to date: .* is left alone/);
});
