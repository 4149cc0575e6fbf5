import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareRuns, noiseOf } from "../../../src/publish/html/index-page/client/compare-runs.ts";
import { linePath, sparkPath, ticksOf } from "../../../src/publish/html/index-page/client/draw-course.ts";
import {
  hashOfState,
  isListed,
  type RunFilter,
  stateOfHash,
} from "../../../src/publish/html/index-page/client/filter-runs.ts";
import { trendsOf } from "../../../src/publish/html/index-page/client/show-trends.ts";
import { type IndexData, indexData, type PageRun } from "../../../src/publish/html/index-page/page-data.ts";
import { sampleFolders } from "../../support/sample-entries.ts";

const data = indexData(sampleFolders());
const all: RunFilter = { scenario: "", branch: "", kind: "", outcome: "", text: "" };

function runWhere(wanted: (run: PageRun) => boolean, from = data): PageRun {
  const found = from.runs.find(wanted);
  if (found === undefined) throw new Error("the sample has no such run");
  return found;
}

describe("the filter", () => {
  test("lists every run when it asks for nothing", () => {
    expect(data.runs.every((run) => isListed(run, all))).toBe(true);
  });

  test.each([
    ["scenario", { ...all, scenario: "read-mix" }, (run: PageRun) => run.scenario === "read-mix"],
    ["branch", { ...all, branch: "main" }, (run: PageRun) => run.branch === "main"],
    [
      "kind and outcome",
      { ...all, kind: "run", outcome: "Fail" },
      (run: PageRun) => run.kind === "run" && run.outcome === "Fail",
    ],
    [
      "words anywhere, in any case",
      { ...all, text: "READ  a41f9c2" },
      (run: PageRun) => run.scenario === "read-mix" && run.revision.startsWith("a41f9c2"),
    ],
  ])("lists exactly the runs of a %s", (_, filter, expected) => {
    const listed = data.runs.filter((run) => isListed(run, filter));
    expect(listed.length).toBeGreaterThan(0);
    expect(listed).toEqual(data.runs.filter(expected));
  });

  test("comes back from the address as it went in, whatever the names are", () => {
    const text = fc.string({ unit: "grapheme", maxLength: 12 });
    const filter = fc.record({ scenario: text, branch: text, kind: text, outcome: text, text });
    const compare = fc.uniqueArray(
      text.filter((id) => id !== ""),
      { maxLength: 2 },
    );
    fc.assert(
      fc.property(filter, compare, (wanted, ids) => {
        expect(stateOfHash(hashOfState({ filter: wanted, compare: ids }))).toEqual({
          filter: wanted,
          compare: ids,
        });
      }),
    );
  });
});

describe("a comparison of two runs", () => {
  const [a, b] = data.runs.filter(
    ({ scenario, kind, isSound }) => scenario === "publish-steady" && kind === "run" && isSound,
  );
  if (a === undefined || b === undefined) throw new Error("the sample has too few runs");

  test("gives each metric of the main phase as B by A, and says whether the intervals meet", () => {
    const { metrics } = compareRuns(data, a, b);
    expect(metrics.map(({ metric }) => metric.metric)).toEqual([
      "throughput",
      "p50",
      "p90",
      "p99",
      "p99.9",
      "error_rate",
      "cpu_per_op",
    ]);
    const p50 = metrics[1];
    expect(p50?.ratio).toBeCloseTo((p50?.b?.[1] ?? 0) / (p50?.a?.[1] ?? 1), 10);
    expect(p50?.isApart).toBeTypeOf("boolean");
    expect(metrics[0]?.isApart).toBeUndefined();
  });

  test.each([
    [[100, 90, 110], [130, 120, 140], true],
    [[100, 90, 110], [115, 105, 125], false],
    [[130, 120, 140], [100, 90, 110], true],
    [[100, 90, 110], [110, 110, 120], false],
  ])("takes %j and %j as apart: %s", (one, other, isApart) => {
    const withP50 = (run: PageRun, [value = 0, low = 0, high = 0]: readonly number[]): PageRun => ({
      ...run,
      figures: [[1, value, low, high, "", ""]],
    });
    expect(compareRuns(data, withP50(a, one), withP50(b, other)).metrics[0]?.isApart).toBe(isApart);
  });

  test("has no ratio where A is zero or was not measured", () => {
    const zero: PageRun = { ...a, figures: [[0, 0, null, null, "", ""]] };
    expect(
      compareRuns(data, zero, b).metrics.find(({ metric }) => metric.metric === "throughput")?.ratio,
    ).toBeUndefined();
    const none: PageRun = { ...a, figures: [] };
    expect(compareRuns(data, none, b).metrics).toHaveLength(7);
    expect(compareRuns(data, none, b).metrics.every(({ ratio }) => ratio === undefined)).toBe(true);
  });

  test("always says that two runs at different times can differ by the machine, and how to decide", () => {
    expect(compareRuns(data, a, b).hindrances).toEqual([]);
    expect(compareRuns(data, a, b).caution).toMatch(
      /^Two runs at different times: .*dyno ab takes turns, and decides\.$/,
    );
  });

  test("is refused in words where machines, scenarios or kinds differ, or a run is invalid", () => {
    const elsewhere = data.runs.at(-1);
    const invalid = runWhere(({ outcome }) => outcome === "Invalid");
    const gate = runWhere(({ kind }) => kind === "gate");
    if (elsewhere === undefined) throw new Error("the sample is empty");
    expect(compareRuns(data, a, elsewhere).hindrances.join("\n")).toContain(
      "Not comparable: the machines differ (CPU model: was AMD EPYC 7763 64-Core Processor, here Intel(R) Xeon(R) Gold 6130).",
    );
    expect(compareRuns(data, a, { ...b, scenario: "other" }).hindrances).toEqual([
      "Not comparable: A is publish-steady, and B is other.",
    ]);
    expect(compareRuns(data, invalid, b).hindrances.join("\n")).toContain(
      "A is invalid: its figures prove nothing.",
    );
    expect(compareRuns(data, a, gate).hindrances.join("\n")).toContain("are measured differently");
  });

  test("names the facts that differ first, with both values", () => {
    const other = runWhere(
      ({ machine }) => data.machines[machine]?.facts.some(([, value]) => value.includes("20.20.1")) === true,
    );
    const { facts } = compareRuns(data, a, other);
    expect(facts[0]).toEqual({ name: "Node.js", a: "v20.20.2 · V8 11.3", b: "v20.20.1 · V8 11.3" });
    expect(facts.slice(1).every((fact) => fact.a === fact.b)).toBe(true);
  });
});

describe("the noise of a list", () => {
  /** Runs of one scenario, newest first. */
  function listOf(made: readonly (readonly [revision: string, p50: number])[]): IndexData {
    const [like] = data.runs;
    if (like === undefined) throw new Error("the sample is empty");
    const runs = made.map(
      ([revision, p50], i): PageRun => ({
        ...like,
        id: String(i),
        revision,
        figures: [[1, p50, null, null, "", ""]],
      }),
    );
    return { ...data, runs };
  }

  test.each([
    [
      "the greatest step between runs of one commit",
      [
        ["aa", 110],
        ["aa", 100],
        ["aa", 105],
      ],
      0.1,
    ],
    [
      "a step to another commit is none",
      [
        ["aa", 200],
        ["aa", 100],
        ["bb", 300],
        ["bb", 300],
      ],
      1,
    ],
    [
      "one pair is too few",
      [
        ["aa", 110],
        ["aa", 100],
      ],
      undefined,
    ],
    [
      "runs with changes in the tree are not alike",
      [
        ["aa + changes", 110],
        ["aa + changes", 100],
        ["aa + changes", 90],
      ],
      undefined,
    ],
  ] as const)("%s", (_, made, expected) => {
    const list = listOf(made);
    const noise = list.runs[0] === undefined ? undefined : noiseOf(list, list.runs[0]);
    if (expected === undefined) expect(noise).toBeUndefined();
    else expect(noise).toBeCloseTo(expected, 10);
  });
});

test("a trend holds the p50 of one scenario and kind, oldest first, of the newest run's machine only", () => {
  const trends = trendsOf(data, data.runs);
  const trend = trends.find(({ scenario, kind }) => scenario === "read-mix" && kind === "run");
  const newest = runWhere(({ scenario, kind }) => scenario === "read-mix" && kind === "run");
  expect(trend?.values.at(-1)).toBe(newest.figures[1]?.[1]);
  const count = data.runs.filter(({ scenario, kind }) => scenario === "read-mix" && kind === "run").length;
  expect((trend?.values.length ?? 0) + (trend?.leftOut ?? 0)).toBe(count);
  expect(trends.reduce((sum, { leftOut }) => sum + leftOut, 0)).toBeGreaterThan(0);
});

test("what is invalid is neither in a trend nor in the noise", () => {
  const [like] = data.runs;
  if (like === undefined) throw new Error("the sample is empty");
  const runs = [100, 900, 110, 121].map((p50, i): PageRun => {
    return { ...like, id: String(i), isSound: p50 !== 900, figures: [[1, p50, null, null, "", ""]] };
  });
  expect(trendsOf(data, runs)[0]).toMatchObject({ values: [121, 110, 100], leftOut: 1 });
  expect(noiseOf({ ...data, runs }, like)).toBeCloseTo(0.1, 10);
});

describe("drawings", () => {
  const value = fc.double({ min: 1e-3, max: 1e9, noNaN: true });

  test.each(["linear", "log"] as const)(
    "ticks enclose what they are for, in order and few, on a %s scale",
    (scale) => {
      fc.assert(
        fc.property(fc.array(value, { minLength: 1, maxLength: 20 }), (values) => {
          const ticks = ticksOf(values, scale);
          expect(ticks[0]).toBeLessThanOrEqual(Math.min(...values) * (1 + 1e-9));
          expect(ticks.at(-1)).toBeGreaterThanOrEqual(Math.max(...values) * (1 - 1e-9));
          expect(ticks).toEqual(ticks.toSorted((one, other) => one - other));
          expect(new Set(ticks).size).toBe(ticks.length);
          expect(ticks.length).toBeGreaterThan(1);
          expect(ticks.length).toBeLessThan(45);
        }),
      );
    },
  );

  test("a line ends where its last value lies, however much is rounded on the way", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(fc.double({ min: 0, max: 900, noNaN: true }), fc.double({ min: 0, max: 90, noNaN: true })),
          { minLength: 2, maxLength: 60 },
        ),
        (places) => {
          const path = linePath(
            places.map(() => 1),
            (_, i) => places[i] ?? [0, 0],
          );
          const [[, x = 0, y = 0] = [], ...steps] = [...path.matchAll(/[Ml](-?\d+) (-?\d+)/g)].map((found) =>
            found.map(Number),
          );
          const end = steps.reduce(([atX = 0, atY = 0], [, dx = 0, dy = 0]) => [atX + dx, atY + dy], [x, y]);
          expect(end).toEqual(places.at(-1)?.map(Math.round));
        },
      ),
    );
  });

  test("a line is broken where there is no value, and one value is no line", () => {
    const at = (_: number, i: number) => [i, 0] as const;
    expect(linePath([1, 2, null, 3, 4], at)).toBe("M0 0l1 0M3 0l1 0");
    expect(linePath([1, null], at)).toBe("");
    expect(sparkPath([], 84, 18)).toBe("");
  });
});
