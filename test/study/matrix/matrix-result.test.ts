import { describe, expect, test } from "vitest";
import type { CellOutcome } from "../../../src/measure/matrix.ts";
import { sampleMatrix } from "../../support/sample-matrix.ts";

const axes = { "target.store": ["memory", "log"], "target.payload": ["100B", "4kB"] };

function bestIn(outcomes: Readonly<Record<number, CellOutcome>>, rounds = 3): (string | undefined)[] {
  const { cells } = sampleMatrix({ axes, outcomes, rounds });
  return ["throughput", "p50", "error_rate"].map(
    (metric) => cells.find(({ figures }) => figures.some((one) => one.metric === metric && one.isBest))?.name,
  );
}

describe("the result of a matrix", () => {
  test.each<[Readonly<Record<number, CellOutcome>>, string, number, RegExp]>([
    [{}, "pass", 0, /^Each of the 4 cells meets all targets\.$/],
    [
      { 1: "inconclusive" },
      "inconclusive",
      3,
      /^1 of 4 cells could not be judged\. The first, store=memory payload=4kB: p99/,
    ],
    [{ 0: "inconclusive", 1: "invalid" }, "invalid", 3, /^1 of 4 cells could not be measured validly/],
    [
      { 1: "invalid", 2: "fail", 3: "fail" },
      "fail",
      1,
      /^2 of 4 cells failed\. The first, store=log payload=100B: p99/,
    ],
    [{ 1: "fail", 3: "setup_failed" }, "setup_failed", 4, /needs Redis/],
    [{ 1: "fail", 3: "impossible" }, "fail", 1, /^1 of 3 cells failed/],
    [{ 3: "impossible" }, "pass", 0, /^Each of the 3 cells meets all targets\.$/],
  ])("with cells %j is %s, exit code %i", (outcomes, outcome, exitCode, reason) => {
    expect(sampleMatrix({ axes, outcomes })).toMatchObject({
      outcome,
      exitCode,
      reason: expect.stringMatching(reason),
    });
  });

  test("marks the best of each column where the rounds show it, and none among equals", () => {
    expect(bestIn({})).toEqual(["store=memory payload=100B", "store=memory payload=100B", undefined]);
  });

  test("holds no figure of an invalid or broken cell against others", () => {
    // Without the first, the second and the third are alike.
    expect(bestIn({ 0: "invalid" })).toEqual([undefined, undefined, undefined]);
    expect(bestIn({ 0: "invalid", 1: "setup_failed" })).toEqual([
      "store=log payload=100B",
      "store=log payload=100B",
      undefined,
    ]);
  });

  test("lets a cell that missed a target be the best, since its figures are sound", () => {
    expect(bestIn({ 0: "fail" })[0]).toBe("store=memory payload=100B");
  });

  test("marks nothing from one round, and says why", () => {
    expect(bestIn({}, 1)).toEqual([undefined, undefined, undefined]);
    expect(sampleMatrix({ rounds: 1 }).warnings.join()).toContain("--set matrix.rounds=3");
  });

  test("tells which cells cannot be", () => {
    const { warnings } = sampleMatrix({ axes, outcomes: { 1: "impossible" } });
    expect(warnings).toEqual([
      expect.stringMatching(/^1 of 4 cells cannot be.*store=memory payload=4kB \(the memory/),
    ]);
  });
});
