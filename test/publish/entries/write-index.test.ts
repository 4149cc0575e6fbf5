import { mkdir, readdir, readFile, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { entrySchemaVersion, type ListedFolder } from "../../../src/measure/run-entry.ts";
import { writeIndex } from "../../../src/publish/entries/write-index.ts";
import {
  publishAll,
  publishCapacity,
  publishComparison,
  publishMatrix,
  publishSweep,
  publishTuning,
} from "../../../src/publish/publishers.ts";
import { sampleComparison } from "../../support/sample-comparison.ts";
import { sampleMatrix } from "../../support/sample-matrix.ts";
import { sampleResult } from "../../support/sample-result.ts";
import { queueLevel, sampleCapacity, sampleSweep } from "../../support/sample-studies.ts";
import { sampleTuning } from "../../support/sample-tuning.ts";
import { scratchDir } from "../../support/scratch-dir.ts";

const names = {
  run: "20261124-110500-sample",
  gate: "20261125-021103-gate",
  tune: "20261125-031103-tune",
};

async function reports(): Promise<string> {
  const dir = await scratchDir();
  await publishAll(sampleResult({ errors: true }), join(dir, names.run));
  await publishComparison(sampleComparison(), join(dir, names.gate));
  await publishTuning(sampleTuning(), join(dir, names.tune));
  return dir;
}

const entriesIn = (folders: readonly ListedFolder[], folder: string) =>
  folders.find((one) => one.folder === folder)?.entries ?? [];

describe("the index of a folder", () => {
  test("lists a run with the figures of its phases, their intervals, and its course", async () => {
    const { folders } = await writeIndex(await reports(), "0.1.0");
    const [run] = entriesIn(folders, names.run);
    expect(run).toMatchObject({ kind: "run", scenario: "sample", outcome: "pass", mainPhase: "steady" });
    const p50 = run?.metrics.find(({ metric }) => metric === "p50");
    const [low = 0, high = 0] = p50?.interval ?? [];
    expect(low).toBeLessThanOrEqual(p50?.value ?? 0);
    expect(high).toBeGreaterThanOrEqual(p50?.value ?? 0);
    const errors = run?.metrics.find(({ metric }) => metric === "error_rate");
    expect(errors?.value).toBeCloseTo(7 / 4007, 10);
    // Eight seconds, of which two are warm-up.
    expect(run?.course?.p50).toHaveLength(6);
    expect(run?.course?.throughput).toEqual([500, 500, 500, 500, 500, 500]);
    expect(run?.course).toMatchObject({ fromMs: 2000, toMs: 8000 });
  });

  test("lists each scenario of a gate with its own outcome and place in the report, and a tuning with what was proven", async () => {
    const { folders } = await writeIndex(await reports(), "0.1.0");
    const gate = entriesIn(folders, names.gate);
    expect(gate.map(({ scenario, outcome, anchor }) => [scenario, outcome, anchor])).toEqual([
      ["publish-steady", "fail", "#s1"],
      ["read-mix", "pass", "#s2"],
    ]);
    const p50 = gate[0]?.metrics.find(({ metric }) => metric === "p50");
    expect(p50?.change?.change).toBe("+8.0\u202f%");
    const [tuning] = entriesIn(folders, names.tune);
    expect(tuning).toMatchObject({ kind: "tune", outcome: "proven" });
    expect(tuning?.metrics.length).toBeGreaterThan(3);
  });

  test("does not judge an A/B comparison, and still lists one that compared nothing", async () => {
    const dir = await scratchDir();
    await publishComparison(sampleComparison({ kind: "ab" }), join(dir, "ab"));
    const nothing = { ...sampleComparison(), comparisons: [], outcome: "setup_failed" as const };
    await publishComparison(nothing, join(dir, "nothing"));
    const { folders } = await writeIndex(dir, "0.1.0");
    expect(entriesIn(folders, "ab").map(({ outcome }) => outcome)).toContain("compared");
    expect(entriesIn(folders, "nothing")).toMatchObject([
      { scenario: "gate", outcome: "setup_failed", metrics: [] },
    ]);
  });

  test("lists a capacity by its rate and interval, and a sweep by its most throughput", async () => {
    const dir = await scratchDir();
    const capacity = await sampleCapacity();
    const sweep = sampleSweep();
    await publishCapacity(capacity, join(dir, "one"));
    await publishCapacity(
      await sampleCapacity({ measure: queueLevel(1e6), range: { budgetMs: 20_000 } }),
      join(dir, "open"),
    );
    await publishSweep(sweep, join(dir, "two"));
    const { folders } = await writeIndex(dir, "0.1.0");
    const { low = 0, estimate, high = 0 } = capacity.capacity ?? {};
    const unit = { metric: "throughput", unit: "per_second" };
    expect(entriesIn(folders, "one")).toMatchObject([
      { kind: "capacity", outcome: "found", metrics: [{ ...unit, value: estimate, interval: [low, high] }] },
    ]);
    expect(entriesIn(folders, "open").map(({ metrics }) => metrics)).toEqual([
      [{ ...unit, value: expect.any(Number) }],
    ]);
    const most = Math.max(...sweep.levels.map(({ throughput }) => throughput.estimate));
    expect(entriesIn(folders, "two")).toMatchObject([{ kind: "sweep", metrics: [{ ...unit, value: most }] }]);
  });

  test("lists a matrix by its worst outcome", async () => {
    const dir = await scratchDir();
    const result = sampleMatrix();
    await publishMatrix(result, join(dir, "one"));
    const { folders } = await writeIndex(dir, "0.1.0");
    expect(entriesIn(folders, "one")).toMatchObject([
      { kind: "matrix", scenario: result.scenario.name, outcome: result.outcome, reason: result.reason },
    ]);
  });

  test("links each report and each page of a trend", async () => {
    const dir = await reports();
    await writeFile(join(dir, "trend-steady.html"), "");
    const { file } = await writeIndex(dir, "0.1.0");
    const text = await readFile(file, "utf8");
    for (const href of [`${names.run}/report.html`, `${names.gate}/report.html#s2`, "trend-steady.html"])
      expect(text).toContain(`href="${href}"`);
  });
});

describe("what is broken", () => {
  const stamped = "20261101-000000-broken";
  test.each([
    ["result.json", "{", "result.json cannot be read: "],
    ["result.json", "{}", "its schemaVersion is undefined, and this version of dyno reads 1"],
    ["result.json", '{"schemaVersion":99}', "its schemaVersion is 99"],
    ["result.json", '{"schemaVersion":1}', "result.json cannot be read: "],
    ["comparison.json", '{"schemaVersion":1,"comparisons":7}', "comparison.json cannot be read: "],
    ["tuning.json", "null", "tuning.json cannot be read: "],
    [
      "matrix.json",
      '{"scenario":{"name":"a"},"environment":null,"schemaVersion":1}',
      "matrix.json cannot be read: ",
    ],
    ["notes.txt", "", "it holds no result, or none yet"],
  ])("is listed with the reason: %s of %s", async (file, text, problem) => {
    const dir = await reports();
    await mkdir(join(dir, stamped));
    await writeFile(join(dir, stamped, file), text);
    const { folders } = await writeIndex(dir, "0.1.0");
    expect(folders.find(({ folder }) => folder === stamped)?.problem).toContain(problem);
    expect(folders.flatMap(({ entries }) => entries)).toHaveLength(4);
    expect(await readFile(join(dir, "index.html"), "utf8")).toContain(stamped);
  });

  test("a folder that is no report's is left out", async () => {
    const dir = await reports();
    await mkdir(join(dir, "notes"));
    const { folders } = await writeIndex(dir, "0.1.0");
    expect(folders.map(({ folder }) => folder)).not.toContain("notes");
  });

  test("an index.html of somebody else is never written over", async () => {
    const dir = await reports();
    await writeFile(join(dir, "index.html"), "<h1>My site</h1>");
    await expect(writeIndex(dir, "0.1.0")).rejects.toThrow(
      /index\.html was not written by dyno, and is left alone/,
    );
    expect(await readFile(join(dir, "index.html"), "utf8")).toBe("<h1>My site</h1>");
  });
});

describe("entry.json", () => {
  const kept = (dir: string) => join(dir, names.run, "entry.json");

  test("is read in place of the result while that stays as it is, and made again when it changes", async () => {
    const dir = await reports();
    await writeIndex(dir, "0.1.0");
    const text = await readFile(kept(dir), "utf8");
    await writeFile(kept(dir), text.replace('"scenario":"sample"', '"scenario":"kept"'));
    expect(entriesIn((await writeIndex(dir, "0.1.0")).folders, names.run)[0]?.scenario).toBe("kept");
    const later = new Date((await stat(join(dir, names.run, "result.json"))).mtimeMs + 5000);
    await utimes(join(dir, names.run, "result.json"), later, later);
    expect(entriesIn((await writeIndex(dir, "0.1.0")).folders, names.run)[0]?.scenario).toBe("sample");
  });

  test.each(["", "{", "null", '{"schemaVersion":0}'])("is made again where it holds %j", async (text) => {
    const dir = await reports();
    await writeFile(kept(dir), text);
    expect(entriesIn((await writeIndex(dir, "0.1.0")).folders, names.run)[0]?.scenario).toBe("sample");
    expect(JSON.parse(await readFile(kept(dir), "utf8"))).toMatchObject({
      schemaVersion: entrySchemaVersion,
      file: "result.json",
    });
  });
});

test("commands that end together leave an index with all of them, and no drafts", async () => {
  const dir = await scratchDir();
  const folders = Array.from({ length: 8 }, (_, i) => `20261124-1105${10 + i}-sample`);
  await Promise.all(
    folders.map(async (folder) => {
      await publishAll(sampleResult({ seconds: 2 }), join(dir, folder));
      await writeIndex(dir, "0.1.0");
    }),
  );
  const text = await readFile(join(dir, "index.html"), "utf8");
  for (const folder of folders) expect(text).toContain(`href="${folder}/report.html"`);
  expect((await readdir(dir, { recursive: true })).filter((name) => name.endsWith(".tmp"))).toEqual([]);
});
