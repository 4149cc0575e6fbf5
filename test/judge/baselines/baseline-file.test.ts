import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { messageOf } from "../../../src/base/errors.ts";
import {
  formatBaseline,
  parseBaseline,
  readBaseline,
  writeBaseline,
} from "../../../src/judge/baselines/baseline-file.ts";
import { readStoredFigures } from "../../../src/judge/baselines/stored-metrics.ts";
import { readArm } from "../../../src/judge/compare/pair-metrics.ts";
import { decodeHistogram } from "../../../src/stats/histogram.ts";
import { sampleBaseline, sampleBlocks } from "../../support/sample-blocks.ts";
import { scratchDir } from "../../support/scratch-dir.ts";

const text = formatBaseline(sampleBaseline());

/** What reading a text complains of. */
function complaintOf(broken: string): string {
  try {
    parseBaseline(broken, "b.json");
  } catch (error) {
    return messageOf(error);
  }
  return "none";
}

describe("a baseline's file", () => {
  test("is read as it was written, named by scenario and class of machine", async () => {
    const dir = join(await scratchDir(), "baselines");
    const baseline = sampleBaseline();
    const path = await writeBaseline(dir, baseline);
    expect(path).toBe(join(dir, `steady.${baseline.fingerprint.class}.json`));
    expect(await readBaseline(path)).toEqual(baseline);
  });

  test("has the same bytes for the same blocks, and a list of figures on each line", () => {
    expect(formatBaseline(sampleBaseline())).toBe(text);
    expect(text).toMatch(/\n {12}"costMicros": \[6\d\.\d+, 6\d\.\d+, /);
    expect(text.split("\n").length).toBeLessThan(40 + 8 * 40);
  });

  test("holds figures of five significant digits", () => {
    const figures = /"(?:costMicros|p50Micros|cpuMicrosPerOp)": \[(.*)\]/g;
    for (const [, list = ""] of text.matchAll(figures)) {
      for (const figure of list.split(", "))
        expect(Number(figure)).toBe(Number(Number(figure).toPrecision(5)));
    }
  });

  test("has all latencies of a phase in one histogram, and none of each block", () => {
    const { phases } = sampleBaseline();
    expect(phases).toHaveLength(1);
    expect(decodeHistogram(phases[0]?.response ?? "").count).toBe(8000);
    expect(text.match(/"response"/g)).toHaveLength(1);
  });

  test("gives the metrics that its blocks gave, to five digits", () => {
    const stored = sampleBaseline().blocks.map(({ figures }) => readStoredFigures(figures));
    const fresh = sampleBlocks().map(({ figures }) => readArm(figures));
    for (const [block, metrics] of fresh.entries()) {
      expect(stored[block]?.map(({ value: _, ...kind }) => kind)).toEqual(
        metrics.map(({ value: _, ...kind }) => kind),
      );
      for (const [i, { value = 0 }] of metrics.entries()) {
        expect((stored[block]?.[i]?.value ?? 0) / (value || 1)).toBeCloseTo(value === 0 ? 0 : 1, 3);
      }
    }
  });

  test("leaves a quantile out that its samples are too few for", () => {
    // p99.9 takes 3688 samples, and a block has 1000.
    expect(Object.keys(sampleBaseline().blocks[0]?.figures.phases[0]?.quantiles ?? {})).toEqual([
      "p50",
      "p90",
      "p99",
    ]);
  });

  test("is accepted with other white space and other line ends", () => {
    expect(parseBaseline(text.replaceAll("\n", "\r\n"), "b.json")).toEqual(sampleBaseline());
    expect(parseBaseline(JSON.stringify(JSON.parse(text)), "b.json")).toEqual(sampleBaseline());
  });
});

describe("a broken baseline is refused with one line", () => {
  const cases: readonly (readonly [name: string, broken: string, complaint: RegExp])[] = [
    ["truncated", text.slice(0, 700), /^b\.json:\d+:\d+: the baseline is truncated; take it back from git/],
    ["empty", "", /^b\.json:1:1: the baseline is truncated/],
    [
      "not JSON",
      text.replace('"blocks":', '"blocks"'),
      /^b\.json:\d+:\d+: the baseline is not JSON \(.+\); take it/,
    ],
    ["another JSON", '{"a": 1}', /^b\.json: is no baseline: it has no schemaVersion/],
    ["a list", "[1]", /^b\.json: is no baseline/],
    [
      "a merge conflict",
      text.replace('  "recordedAt"', '<<<<<<< HEAD\n  "recordedAt"'),
      /^b\.json:\d+:1: the baseline has an unresolved merge conflict/,
    ],
    [
      "a newer schema",
      text.replace('"schemaVersion": 1', '"schemaVersion": 2'),
      /schemaVersion 2, and this dyno reads 1: a newer dyno wrote it; update dyno, or record it again/,
    ],
    [
      "an older schema",
      text.replace('"schemaVersion": 1', '"schemaVersion": 0'),
      /an older dyno wrote it; record it again \(dyno baseline save [\w-]+\)/,
    ],
    [
      "an edit by hand",
      text.replace("61.", "51."),
      /^b\.json: the baseline was edited after it was recorded/,
    ],
    ["another reason", text.replace("the first one", "the best one"), /was edited after it was recorded/],
    [
      "a word for a figure",
      text.replace(/"seed": 101/, '"seed": "101"'),
      /^b\.json:\d+:\d+: the baseline's blocks\.1\.seed .*expected number/,
    ],
    [
      "a missing part",
      text.replace('"recordedAt"', '"recorded"'),
      /^b\.json:1:1: the baseline's recordedAt is missing/,
    ],
  ];

  test.each(cases)("where it is %s", (_, broken, complaint) => {
    expect(broken).not.toBe(text);
    expect(complaintOf(broken)).toMatch(complaint);
    expect(complaintOf(broken)).not.toContain("\n");
  });

  test("wherever it breaks off", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: text.length - 3 }), (length) => {
        expect(complaintOf(text.slice(0, length))).toMatch(
          /^b\.json:\d+:\d+: the baseline is (truncated|not JSON)/,
        );
      }),
      { seed: 4, numRuns: 100 },
    );
  });

  test("whichever figure was edited", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: text.length - 1 }), (at) => {
        const digit = text.indexOf(String(at % 9), at);
        fc.pre(digit >= 0);
        const edited = `${text.slice(0, digit)}9${text.slice(digit + 1)}`;
        expect(complaintOf(edited)).toMatch(/^b\.json/);
      }),
      { seed: 4, numRuns: 50 },
    );
  });

  test("where there is no such file", async () => {
    const path = join(await scratchDir(), "none.json");
    await expect(readBaseline(path, "none.json")).rejects.toThrow(/^the baseline none\.json cannot be read/);
  });

  test("and a file is never half written", async () => {
    const dir = await scratchDir();
    const path = await writeBaseline(dir, sampleBaseline());
    await writeFile(path, "half");
    await writeBaseline(dir, sampleBaseline());
    expect(await readFile(path, "utf8")).toBe(text);
  });
});
