import { describe, expect, test } from "vitest";
import { decideGate, decideVerdict } from "../../../src/judge/compare/decide.ts";

const margin = 0.05;

describe("a gate's decision on a metric", () => {
  test.each([
    ["passes what is shown to be the same", { estimate: 0, low: -0.01, high: 0.01 }, false, "pass"],
    ["passes what is better", { estimate: -0.08, low: -0.1, high: -0.06 }, false, "pass"],
    [
      "passes what is shown to be worse by less than the margin",
      { estimate: 0.02, low: 0.01, high: 0.04 },
      false,
      "pass",
    ],
    [
      "fails what is shown to be worse, most likely by more than the margin",
      { estimate: 0.06, low: 0.01, high: 0.11 },
      false,
      "fail",
    ],
    [
      "fails what is shown to be worse by more than half the margin",
      { estimate: 0.045, low: 0.03, high: 0.06 },
      false,
      "fail",
    ],
    [
      "goes on where it is worse by half the margin, and may be by all of it",
      { estimate: 0.03, low: 0.01, high: 0.06 },
      false,
      "inconclusive",
    ],
    ["fails that at the end of the budget", { estimate: 0.03, low: 0.01, high: 0.06 }, true, "fail"],
    [
      "does not fail less than half the margin, at the end either",
      { estimate: 0.024, low: 0.001, high: 0.06 },
      true,
      "inconclusive",
    ],
    [
      "never fails what is not shown to be worse",
      { estimate: 0.2, low: -0.01, high: 0.5 },
      true,
      "inconclusive",
    ],
    [
      "cannot decide without an interval",
      { estimate: 0.2, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY },
      true,
      "inconclusive",
    ],
  ] as const)("%s", (_, bounds, isLast, expected) => {
    expect(decideGate(bounds, margin, isLast)).toBe(expected);
  });
});

describe("what is known of a metric", () => {
  test.each([
    ["worse", { estimate: 0.02, low: 0.01, high: 0.03 }],
    ["better", { estimate: -0.02, low: -0.03, high: -0.01 }],
    ["same", { estimate: 0.01, low: -0.02, high: 0.04 }],
    ["inconclusive", { estimate: 0.01, low: -0.02, high: 0.06 }],
    ["inconclusive", { estimate: 0, low: -0.06, high: 0.01 }],
  ] as const)("is %s", (expected, bounds) => {
    expect(decideVerdict(bounds, margin)).toBe(expected);
  });
});
