import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Objective } from "../../src/scenario/scenario.ts";
import { readScore } from "../../src/tune/score.ts";
import { sampleArm, sampleArmPhase } from "../support/sample-arm.ts";

function objective(...terms: Objective["terms"]): Objective {
  return { text: "a test", terms };
}

const p50 = { metric: "p50", phase: "full", weight: 1 } as const;

describe("the score of an arm", () => {
  test("is ln of its metric: half the latency is ln 2 less", () => {
    const slow = readScore(objective(p50), sampleArm(sampleArmPhase(640)));
    const fast = readScore(objective(p50), sampleArm(sampleArmPhase(320)));
    expect(slow.score).toBeCloseTo(Math.log(640), 2);
    expect((slow.score ?? 0) - (fast.score ?? 0)).toBeCloseTo(Math.log(2), 9);
  });

  test("is less where throughput is higher, whose weight is below 0", () => {
    const most = objective({ metric: "throughput", phase: "full", weight: -1 });
    const fast = readScore(most, sampleArm(sampleArmPhase(320)));
    expect(fast.score).toBeCloseTo(-Math.log(200_000), 9);
  });

  test("weighs metrics of several phases, and of the process", () => {
    const steady = sampleArmPhase(100, { phase: "steady", loop: "open" });
    const both = objective(
      p50,
      { metric: "p50", phase: "steady", weight: 0.5 },
      { metric: "rss", weight: 0.25 },
    );
    const { score } = readScore(both, sampleArm(sampleArmPhase(640), steady));
    expect(score).toBeCloseTo(Math.log(640) + 0.5 * Math.log(100) + 0.25 * Math.log(1e8), 2);
  });

  test("changes by the sum of the weights where everything takes a factor longer", () => {
    const tails = objective(p50, { metric: "p99", phase: "full", weight: 2 });
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 1e6 }), fc.integer({ min: 2, max: 50 }), (micros, factor) => {
        const one = readScore(tails, sampleArm(sampleArmPhase(micros)));
        const other = readScore(tails, sampleArm(sampleArmPhase(micros * factor)));
        expect((other.score ?? 0) - (one.score ?? 0)).toBeCloseTo(3 * Math.log(factor), 1);
      }),
      { numRuns: 20 },
    );
  });

  test("takes a tail of few operations as it is", () => {
    const few = sampleArm(sampleArmPhase(640, { completed: 20 }));
    const { score } = readScore(objective({ metric: "p99", phase: "full", weight: 1 }), few);
    expect(score).toBeCloseTo(Math.log(640), 2);
  });

  test("says which metric is missing where nothing was completed", () => {
    const empty = sampleArm(sampleArmPhase(640, { completed: 0 }));
    expect(readScore(objective(p50), empty)).toEqual({ missing: p50 });
    const tail = { metric: "p99", phase: "full", weight: 1 } as const;
    expect(readScore(objective(tail), empty)).toEqual({ missing: tail });
  });
});
