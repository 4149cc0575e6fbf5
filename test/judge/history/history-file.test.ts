import { execFile } from "node:child_process";
import { appendFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { appendHistory, readHistory } from "../../../src/judge/history/history-file.ts";
import { historyLineOfComparison, historyLineOfRun } from "../../../src/judge/history/make-history-line.ts";
import { root } from "../../support/run-dyno.ts";
import { sampleEnvironment } from "../../support/sample-blocks.ts";
import { sampleComparison } from "../../support/sample-comparison.ts";
import { sampleHistory } from "../../support/sample-history.ts";
import { sampleResult } from "../../support/sample-result.ts";
import { scratchDir } from "../../support/scratch-dir.ts";

const [first, second] = sampleHistory({ runs: 2 });
if (first === undefined || second === undefined) throw new Error("there is no sample");

const newPath = async (): Promise<string> => join(await scratchDir(), "reports", "history.ndjson");

describe("a history", () => {
  test("is read as it was appended, line by line", async () => {
    const path = await newPath();
    await appendHistory(path, [first]);
    await appendHistory(path, [second]);
    expect(await readHistory(path)).toEqual({ lines: [first, second], warnings: [] });
    expect((await readFile(path, "utf8")).split("\n")).toHaveLength(3);
  });

  test("skips a line that was broken off, with its place, and is appended to on a new line", async () => {
    const path = await newPath();
    await appendHistory(path, [first]);
    await appendFile(path, JSON.stringify(second).slice(0, 80));
    await appendHistory(path, [second]);
    const { lines, warnings } = await readHistory(path, "history.ndjson");
    expect(lines).toEqual([first, second]);
    expect(warnings).toEqual(["history.ndjson:2: the line is truncated, and is left out"]);
  });

  test("skips what is no line of a history, and says why", async () => {
    const path = join(await scratchDir(), "h");
    await writeFile(path, `{"v":1,"kind":"walk"}\n\nnone\n[1]\n`);
    const { lines, warnings } = await readHistory(path, "h");
    expect(lines).toEqual([]);
    expect(warnings).toEqual([
      expect.stringMatching(/^h:1: is no line of a history \(kind: .*\), and is left out$/),
      expect.stringMatching(/^h:3: the line is not JSON \(.*\), and is left out$/),
      expect.stringMatching(/^h:4: is no line of a history/),
    ]);
  });

  test("is refused where a newer dyno wrote into it", async () => {
    const path = join(await scratchDir(), "h");
    await writeFile(path, `${JSON.stringify(first)}\n${JSON.stringify({ ...second, v: 2 })}\n`);
    await expect(readHistory(path, "h")).rejects.toThrow(
      /^h:2: a newer dyno wrote this line .*; update dyno$/,
    );
  });

  test("says how one is begun where there is none", async () => {
    await expect(readHistory(await newPath(), "h")).rejects.toThrow(
      "there is no history h; dyno run SCENARIO --history h begins one",
    );
  });

  test("holds the lines of several processes whole", async () => {
    const path = await newPath();
    const file = pathToFileURL(join(root, "dist", "judge", "history", "history-file.js")).href;
    const line = JSON.stringify(first);
    const script = `import { appendHistory } from ${JSON.stringify(file)};
      for (let i = 0; i < 40; i++) await appendHistory(${JSON.stringify(path)}, [${line}]);`;
    const append = () => promisify(execFile)(process.execPath, ["--input-type=module", "-e", script]);
    await Promise.all([append(), append(), append()]);
    const { lines, warnings } = await readHistory(path);
    expect(warnings).toEqual([]);
    expect(lines).toHaveLength(120);
  });
});

describe("the line of a run", () => {
  const line = historyLineOfRun(sampleResult({ trials: 2 }));

  test("says what was measured, when, and on what", () => {
    expect(line).toMatchObject({
      v: 1,
      kind: "run",
      scenario: "sample",
      at: "2026-01-01T00:00:00.000Z",
      outcome: "pass",
    });
    expect(line.class).toMatch(/^[0-9a-f]{8}$/);
    expect(line.load).toBe("steady: sample");
  });

  test("has each metric with its interval, and no throughput of an open loop", () => {
    expect(line.metrics.map(({ metric }) => metric)).toEqual([
      "p50",
      "p90",
      "p99",
      "p99.9",
      "error_rate",
      "cpu_per_op",
      "rss",
    ]);
    const p50 = line.metrics.find(({ metric }) => metric === "p50");
    expect(p50?.low).toBeLessThan(p50?.value ?? 0);
    expect(p50?.high).toBeGreaterThan(p50?.value ?? Number.POSITIVE_INFINITY);
  });

  test("has no metrics where nothing was measured", () => {
    expect(historyLineOfRun(sampleResult({ trials: 0 })).metrics).toEqual([]);
  });

  test("is a line that a history takes", async () => {
    const path = await newPath();
    await appendHistory(path, [line]);
    expect((await readHistory(path)).lines).toEqual([line]);
  });
});

describe("the line of a gate", () => {
  const [comparison] = sampleComparison().comparisons;
  if (comparison === undefined) throw new Error("there is no sample");
  const line = historyLineOfComparison(comparison, sampleEnvironment(), new Date("2026-11-25T02:11:03Z"));

  test("has what the candidate did, and its ratio to the base with the interval", () => {
    expect(line).toMatchObject({
      kind: "gate",
      scenario: "publish-steady",
      outcome: "fail",
      revision: "9f2c4b71de",
    });
    const p50 = line.metrics.find(({ metric }) => metric === "p50");
    const source = comparison.metrics.find(({ metric }) => metric === "p50");
    expect(p50?.value).toBeCloseTo(source?.candidate ?? Number.NaN, 1);
    expect(p50?.ratio).toBeCloseTo(source?.estimate ?? Number.NaN, 4);
    expect(p50?.ratioLow).toBeCloseTo(source?.interval?.[0] ?? Number.NaN, 4);
  });

  test("leaves out what is no number", async () => {
    const odd = { estimate: Number.POSITIVE_INFINITY, interval: [0.9, Number.NaN] as const, perPair: [1, 0] };
    const metrics = comparison.metrics.map((metric) => ({ ...metric, ...odd }));
    const oddLine = historyLineOfComparison({ ...comparison, metrics }, sampleEnvironment(), new Date(0));
    const path = await newPath();
    await appendHistory(path, [oddLine]);
    expect(await readHistory(path)).toEqual({ lines: [oddLine], warnings: [] });
    expect(
      oddLine.metrics.every((metric) => metric.ratio === undefined && metric.ratioLow === undefined),
    ).toBe(true);
    expect(oddLine.noise).toEqual([]);
  });

  test("has the spread of its pairs and how long one took", () => {
    const p50 = line.noise?.find(({ metric }) => metric === "p50");
    expect(p50?.pairSd).toBeGreaterThan(0.001);
    expect(p50?.pairSd).toBeLessThan(0.2);
    expect(p50?.pairMs).toBeCloseTo(comparison.tookMs / comparison.pairs, 0);
  });

  test("is a line that a history takes", async () => {
    const path = await newPath();
    await appendHistory(path, [line]);
    expect((await readHistory(path)).lines).toEqual([line]);
  });
});
