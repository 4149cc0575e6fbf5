import { expect, test } from "vitest";
import { gateQuestion } from "../../../src/judge/compare/question.ts";
import { foretellBudget } from "../../../src/judge/history/foretell.ts";
import type { HistoryLine } from "../../../src/judge/history/history-line.ts";

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
