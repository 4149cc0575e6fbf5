import { describe, expect, test } from "vitest";
import { gateQuestion } from "../../../src/judge/compare/question.ts";
import { foretellBudget } from "../../../src/judge/history/foretell.ts";
import type { HistoryLine } from "../../../src/judge/history/history-line.ts";
import { pairsForShift } from "../../../src/stats/power.ts";

const line = (pairSd: number, change: Partial<HistoryLine> = {}): HistoryLine => ({
  v: 1,
  kind: "gate",
  scenario: "steady",
  at: "2026-11-20T10:00:00.000Z",
  class: "00000000",
  outcome: "pass",
  metrics: [],
  noise: [
    { metric: "throughput", phase: "full", pairSd, pairMs: 2000 },
    // In a closed loop it only repeats the throughput.
    { metric: "p50", phase: "full", pairSd: 3, pairMs: 2000 },
  ],
  ...change,
});

test("the last gate's noise says which budget the margin needs, where it is more than there is", () => {
  const question = gateQuestion({}, 1);
  expect(foretellBudget([line(0.01)], "steady", question, 60_000)).toBeUndefined();
  expect(foretellBudget([line(0.01), line(0.1)], "steady", question, 60_000)).toMatch(
    /^by its last gate \(2026-11-20\) a margin of 5.% of throughput in full needs about \d.*, and the budget is 60.s$/,
  );
  expect(foretellBudget([line(0.1), line(0.01)], "steady", question, 60_000)).toBeUndefined();
  expect(foretellBudget([line(0.1)], "other", question, 60_000)).toBeUndefined();
  expect(foretellBudget([line(0.1, { kind: "run" })], "steady", question, 60_000)).toBeUndefined();
});

test("a margin of its own makes a metric count", () => {
  expect(foretellBudget([line(0.01)], "steady", gateQuestion({ p50: 0.05 }, 1), 60_000)).toContain(
    "p50 in full",
  );
});

test.each(["invalid", "setup_failed", "interrupted"] as const)(
  "a gate that ended as %s tells nothing of the next one",
  (outcome) => {
    const question = gateQuestion({}, 1);
    expect(foretellBudget([line(0.1, { outcome })], "steady", question, 60_000)).toBeUndefined();
    const both = [line(0.1), line(0.01, { outcome })];
    expect(foretellBudget(both, "steady", question, 60_000)).toContain("throughput in full");
  },
);

describe("the budget is reckoned", () => {
  const question = gateQuestion({}, 1);
  const noiseOf = (phases: number, metric = "throughput") =>
    Array.from({ length: phases }, (_, i) => ({ metric, phase: `p${i}`, pairSd: 0.1, pairMs: 1000 }));
  /** The smallest budget in seconds of which nothing is said. */
  const neededSeconds = (noise: HistoryLine["noise"], asked = question): number => {
    const lines = [line(0, noise === undefined ? {} : { noise })];
    const budgets = Array.from({ length: 4000 }, (_, seconds) => seconds);
    return budgets.findIndex((s) => foretellBudget(lines, "steady", asked, s * 1000) === undefined);
  };
  const pairs = (alpha: number, shift: number) => pairsForShift({ sd: 0.1, shift, alpha, power: 0.95 });

  test("with what the gate leaves to each of its judged metrics", () => {
    const shift = -Math.log(1 - 0.05);
    expect(neededSeconds(noiseOf(1))).toBe(pairs(0.01 * 0.9, shift));
    expect(neededSeconds(noiseOf(4))).toBe(pairs((0.01 * 0.9) / 4, shift));
    expect(neededSeconds(noiseOf(4))).toBeGreaterThan(neededSeconds(noiseOf(1)));
  });

  test("with the error rates' own share", () => {
    const asked = gateQuestion({ error_rate: 0.05 }, 1);
    expect(neededSeconds(noiseOf(1, "error_rate"), asked)).toBe(pairs(0.01 * 0.1, 0.05));
  });
});
