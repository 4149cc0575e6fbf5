import { describe, expect, test } from "vitest";
import type { HistoryLine } from "../../../src/judge/history/history-line.ts";
import { makeTrend } from "../../../src/judge/history/trend.ts";
import { type SampleHistoryOptions, sampleHistory, slowSlide } from "../../support/sample-history.ts";

const trendOf = (lines: readonly HistoryLine[], more: { metric?: string; class?: string } = {}) =>
  makeTrend({
    scenario: "steady",
    lines,
    command: "dyno trend steady",
    dynoVersion: "0.1.0",
    warnings: [],
    ...more,
  });

const p50Of = (options: SampleHistoryOptions) => trendOf(sampleHistory(options), { metric: "p50" }).series[0];

describe("a trend", () => {
  test("finds the slow slide of ten losses of 1 %, says how much it is in all, and that no gate saw it", () => {
    const { series, sentence, verdict } = trendOf(sampleHistory({ runs: 56, p50: slowSlide, noise: 0.004 }));
    const p50 = series.find(({ metric }) => metric === "p50");
    expect(p50?.drift).toBeGreaterThan(1.09);
    expect(p50?.drift).toBeLessThan(1.12);
    expect(p50?.changes.length).toBeGreaterThanOrEqual(3);
    expect(p50?.changes.every((change) => change.verdict === "worse")).toBe(true);
    expect(p50?.sentence).toMatch(
      /^p50 in full: slower, \+(9|10|11)\.\d.% over 56 runs, from 20\d.µs to 22\d.µs, in \d+ steps\. No step is above 5.% \(the largest is \+\d\.\d.% between \w+ and \w+\), so a gate with that margin lets each of them pass\.$/,
    );
    expect(verdict).toBe("worse");
    expect(sentence).toMatch(/: slower, .* 1 more of 5 metrics went the same way\.$/);
  });

  test("finds a step, at its place, with its size and the commits that it lies between", () => {
    const lines = sampleHistory({ p50: (run) => (run < 25 ? 200 : 216) });
    const [p50] = trendOf(lines, { metric: "p50" }).series;
    expect(p50?.changes).toHaveLength(1);
    expect(p50?.changes[0]?.index).toBe(25);
    expect(p50?.changes[0]?.size).toBeCloseTo(1.08, 1);
    expect(p50?.levels.map(({ start, end }) => [start, end])).toEqual([
      [0, 25],
      [25, 40],
    ]);
    expect(p50?.sentence).toContain(`between ${lines[24]?.revision} and ${lines[25]?.revision}`);
  });

  test("calls more throughput better, and less latency too", () => {
    const { series, verdict } = trendOf(sampleHistory({ p50: (run) => (run < 20 ? 200 : 150) }));
    const verdicts = Object.fromEntries(series.map((one) => [one.metric, one.verdict]));
    expect(verdicts).toMatchObject({ throughput: "better", p50: "better", rss: "same" });
    expect(verdict).toBe("better");
  });

  test("tells a fall that was mended from a drift", () => {
    const p50 = p50Of({ p50: (run) => (run >= 15 && run < 28 ? 240 : 200) });
    expect(p50?.changes.map(({ verdict }) => verdict)).toEqual(["worse", "better"]);
    expect(p50?.verdict).toBe("same");
    expect(p50?.sentence).toContain("back where it began");
  });

  test("finds nothing in steady series, in nearly all of a hundred", () => {
    const found = Array.from({ length: 100 }, (_, seed) => p50Of({ runs: 30, seed })).filter(
      (series) => (series?.changes.length ?? 0) > 0,
    ).length;
    // 1 % of them may show one; more than 4 in 100 has a chance of 0.3 %.
    expect(found).toBeLessThanOrEqual(4);
  });

  test("says that no change was found, where all is steady", () => {
    expect(trendOf(sampleHistory()).sentence).toBe("No change was found in any of 5 metrics.");
  });

  test("says of a metric that is always 0 that it stayed so", () => {
    const [errors] = trendOf(sampleHistory(), { metric: "error_rate" }).series;
    expect(errors?.sentence).toBe("error_rate in full stayed at 0\u202f% over 40 runs.");
  });

  test("finds a rise of errors from none, in percentage points", () => {
    const lines = sampleHistory().map((line, run) => ({
      ...line,
      metrics: line.metrics.map((one) =>
        one.metric === "error_rate" && run >= 20 ? { ...one, value: 0.02 + run / 1e5 } : one,
      ),
    }));
    const [errors] = trendOf(lines, { metric: "error_rate" }).series;
    expect(errors).toMatchObject({ scale: "difference", verdict: "worse" });
    expect(errors?.sentence).toContain("+2.0\u202fpoints");
  });

  test("says that fewer than ten values are too few, however clear a change looks", () => {
    const { series, verdict, sentence } = trendOf(
      sampleHistory({ runs: 9, p50: (run) => (run < 5 ? 200 : 300) }),
    );
    expect(series.every((one) => one.verdict === "too few" && one.levels.length === 1)).toBe(true);
    expect(verdict).toBe("too few");
    expect(sentence).toBe("throughput in full has 9 values: too few to say whether it changed.");
  });

  test("finds a change between the halves of ten values", () => {
    const p50 = p50Of({ runs: 10, p50: (run) => (run < 5 ? 200 : 300) });
    expect(p50).toMatchObject({ verdict: "worse", changes: [{ index: 5 }] });
  });

  test.each(Array.from({ length: 24 }, (_, i) => i + 3))(
    "says of %i values that they stayed only if a change of the newest three would have been found",
    (runs) => {
      const saysSteady = p50Of({ runs, noise: 0 })?.verdict === "same";
      const found = p50Of({ runs, p50: (run) => (run < runs - 3 ? 200 : 300) })?.changes ?? [];
      expect(found.map(({ index }) => index)).toEqual(saysSteady ? [runs - 3] : []);
      expect(saysSteady).toBe(runs >= 12);
    },
  );

  test("is of the class of the newest line, or of that which is asked for, and says what it left out", () => {
    const lines = sampleHistory({ runs: 20 }).map((line, i) =>
      i < 8 ? { ...line, class: "0ther0ne" } : line,
    );
    const newest = trendOf(lines);
    expect(newest.class).toBe("45c78728");
    expect(newest.series[0]?.points).toHaveLength(12);
    expect(newest.notes).toEqual([
      "8 lines of machines of another class than 45c78728 are left out (--class shows them)",
    ]);
    expect(trendOf(lines, { class: "0ther0ne" }).series[0]?.points).toHaveLength(8);
    expect(() => trendOf(lines, { class: "other" })).toThrow("the history has no class of machine other");
  });

  test("leaves out what could not be trusted", () => {
    const lines = sampleHistory({ runs: 20 }).map((line, i) =>
      i === 3 ? { ...line, outcome: "invalid" as const } : line,
    );
    const { series, notes } = trendOf(lines);
    expect(series[0]?.points).toHaveLength(19);
    expect(notes[0]).toMatch(/^1 line without a result that can be trusted is left out/);
  });

  test("never mixes runs with gates", () => {
    const lines = sampleHistory({ runs: 20 }).map((line, i) =>
      i % 2 === 0 ? { ...line, kind: "gate" as const } : line,
    );
    const { series } = trendOf(lines, { metric: "p50" });
    expect(series.map(({ kind, points }) => [kind, points.length])).toEqual([
      ["gate", 10],
      ["run", 10],
    ]);
  });

  test("says of a change that the load was changed in the same place", () => {
    const lines = sampleHistory({ p50: (run) => (run < 20 ? 200 : 300) }).map((line, i) =>
      i < 20 ? line : { ...line, load: "full: 96 clients for 3 s" },
    );
    const [p50] = trendOf(lines, { metric: "p50" }).series;
    expect(p50?.changes[0]?.loadChange).toEqual({
      was: "full: 64 clients for 3 s",
      is: "full: 96 clients for 3 s",
    });
  });

  test("puts lines into the order of time, whatever their order in the file", () => {
    const lines = sampleHistory({ p50: (run) => (run < 25 ? 200 : 216) });
    expect(trendOf(lines.toReversed())).toEqual(trendOf(lines));
  });

  test("suggests the nearest name of a scenario and of a metric", () => {
    const lines = sampleHistory();
    const of = (scenario: string, metric: string) =>
      makeTrend({ scenario, metric, lines, command: "", dynoVersion: "", warnings: [] });
    expect(() => of("stedy", "p50")).toThrow("the history has no scenario stedy; did you mean steady?");
    expect(() => of("steady", "p51")).toThrow(/^the history has no metric p51; did you mean p50\?/);
  });
});
