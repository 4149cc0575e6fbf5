import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { report } from "../../src/cli/commands/report.ts";
import type { Io } from "../../src/cli/io.ts";
import { publishComparison, publishMatrix, publishTuning } from "../../src/publish/publishers.ts";
import { sampleComparison } from "../support/sample-comparison.ts";
import { sampleMatrix } from "../support/sample-matrix.ts";
import { sampleTuning } from "../support/sample-tuning.ts";
import { scratchDir } from "../support/scratch-dir.ts";

function ioIn(cwd: string): Io & { readonly written: () => string } {
  let written = "";
  const output = {
    write: (text: string) => {
      written += text;
    },
    isTTY: false,
    columns: 80,
  };
  return {
    cwd,
    env: {},
    stdout: output,
    stderr: output,
    signal: new AbortController().signal,
    written: () => written,
  };
}

test.each([
  {
    what: "a comparison",
    write: (dir: string) => publishComparison(sampleComparison(), dir),
    expected: ["comparison.json", "junit.xml", "metrics.prom", "report.html", "summary.md"],
  },
  {
    what: "a tuning",
    write: (dir: string) => publishTuning(sampleTuning(), dir),
    expected: ["metrics.prom", "report.html", "tuned.yaml", "tuning.json"],
  },
  {
    what: "a matrix",
    write: (dir: string) => publishMatrix(sampleMatrix({ outcomes: { 1: "fail", 2: "impossible" } }), dir),
    expected: ["matrix.json", "metrics.prom", "report.html", "table.csv"],
  },
])("every output of $what is made again from its JSON, byte for byte", async ({ write, expected }) => {
  const cwd = await scratchDir();
  const { files, failures } = await write(join(cwd, "first"));
  expect(failures).toEqual([]);
  const names = (await readdir(join(cwd, "first"))).toSorted();
  expect(names).toEqual(expected);
  expect(files).toHaveLength(names.length);
  const data = names.find((name) => name.endsWith(".json")) ?? "";
  const io = ioIn(cwd);
  expect(await report(join("first", data), { out: "again" }, io)).toBe(0);
  expect(io.written().split("\n")).toContain(join("again", "report.html"));
  for (const name of names) {
    const [first, again] = await Promise.all(
      ["first", "again"].map((dir) => readFile(join(cwd, dir, name), "utf8")),
    );
    expect(again, name).toBe(first);
  }
});

test("an output that cannot be written keeps none of the others from it", async () => {
  const dir = await scratchDir();
  await mkdir(join(dir, "junit.xml"));
  const { files, failures } = await publishComparison(sampleComparison(), dir);
  expect(files).toHaveLength(4);
  expect(failures).toEqual([expect.stringMatching(/junit\.xml could not be written: /)]);
});

test.each([
  [
    "a newer comparison",
    { kind: "gate", schemaVersion: 99 },
    /no comparison of this version of dyno: schemaVersion is 99, and 1 is needed/,
  ],
  [
    "a kind of result that is not known",
    { kind: "trend", schemaVersion: 1 },
    /its kind is "trend", and "ab", "gate", "tune", "matrix", "capacity" or "sweep" is known/,
  ],
  ["a comparison that was cut short by hand", { kind: "ab", schemaVersion: 1 }, /has no list of comparisons/],
  [
    "a newer tuning",
    { kind: "tune", schemaVersion: 99 },
    /no tuning of this version of dyno: schemaVersion is 99, and 1 is needed/,
  ],
  ["a tuning that was cut short by hand", { kind: "tune", schemaVersion: 1 }, /has no list of trials/],
  [
    "what was downloaded from a report",
    { leftOut: "timelines", schemaVersion: 1 },
    /^file\.json was downloaded from a report, and lacks its timelines; name the JSON file that lies beside/,
  ],
  ["a newer result", { schemaVersion: 99 }, /no result of this version of dyno: schemaVersion is 99/],
  ["JSON that is no object", [], /schemaVersion is undefined/],
])("%s is refused with what is wrong", async (_, value, message) => {
  const cwd = await scratchDir();
  await writeFile(join(cwd, "file.json"), JSON.stringify(value));
  await expect(report("file.json", {}, ioIn(cwd))).rejects.toThrow(message);
});

test("a report of nothing is refused with the names of all that there can be", async () => {
  const asked = report(undefined, {}, ioIn(await scratchDir()));
  await expect(asked).rejects.toThrow(
    "name a result.json, a comparison.json, a tuning.json, a capacity.json, a sweep.json or a matrix.json, or give --index",
  );
});
