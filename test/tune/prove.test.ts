import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRandom } from "../../src/base/random.ts";
import { type Proof, type ProofOrder, prove } from "../../src/tune/prove.ts";
import type { MeasuredPair } from "../../src/tune/rig.ts";
import { functionRig } from "../support/function-rig.ts";
import { rememberLooks } from "../support/remembered-looks.ts";

const plan = rememberLooks();

const order: ProofOrder = {
  proof: 0,
  base: { x: 0 },
  candidate: { x: 1 },
  targets: 0,
  seed: 1,
  alpha: 0.01,
  budget: { trials: 20 },
};

/** A candidate whose objective is truly this share of the base's. */
function worth(share: number, noise = 0.1) {
  return functionRig({ noise, score: ({ x }) => Number(x) * Math.log(share) });
}

/** A proof of pairs that are given; interrupted when there are no more. */
function proofOf(pairs: readonly Partial<MeasuredPair>[], change: Partial<ProofOrder> = {}): Promise<Proof> {
  let next = 0;
  const rig = {
    prove: async () => ({ gain: 0.2, misses: [], tookMs: 500, ...pairs[next++ % pairs.length] }),
  };
  return prove({ ...order, ...change }, rig, undefined, plan);
}

describe("a proof", () => {
  test("claims less than it estimates of a candidate that is better, and stops when more pairs would add little", async () => {
    const rig = worth(0.6, 0.05);
    const { outcome, stoppedBy, pairs, final } = await prove(order, rig, undefined, plan);
    expect(outcome).toBe("proven");
    expect(stoppedBy).toBe("decided");
    expect(pairs.length).toBeLessThan(40);
    expect(final.share.high).toBeLessThan(1);
    expect(final.share.estimate).toBeLessThan(final.share.high);
    expect(final.share.low).toBeLessThan(final.share.estimate);
    expect(Math.log(final.share.high)).toBeLessThanOrEqual(0.8 * Math.log(final.share.estimate));
  });

  test("goes on to the end of its budget where the claim could still grow", async () => {
    const rig = worth(0.88, 0.05);
    const { outcome, stoppedBy, pairs, final } = await prove(order, rig, undefined, plan);
    expect({ outcome, stoppedBy, pairs: pairs.length }).toEqual({
      outcome: "proven",
      stoppedBy: "budget",
      pairs: 40,
    });
    expect(final.fraction).toBe(1);
  });

  test("gives up early on a candidate that is worse", async () => {
    const { outcome, stoppedBy, pairs } = await prove(order, worth(1.3), undefined, plan);
    expect({ outcome, stoppedBy }).toEqual({ outcome: "not_better", stoppedBy: "decided" });
    expect(pairs.length).toBeLessThan(12);
  });

  test("falsely claims something in at most 1 % of proofs of equal configurations, whatever the noise", async () => {
    const random = createRandom(11);
    const count = 1000;
    let claims = 0;
    for (let i = 0; i < count; i++) {
      // Every other one with heavy tails.
      const rig = {
        prove: async (): Promise<MeasuredPair> => {
          const size = random.exponential() * (i % 2 === 0 ? 1 : random.exponential());
          return { gain: random.next() < 0.5 ? size : -size, misses: [], tookMs: 500 };
        },
      };
      const { outcome, final } = await prove({ ...order, seed: i }, rig, undefined, plan);
      expect(outcome === "proven").toBe(final.share.high < 1);
      if (outcome === "proven") claims++;
    }
    expect(claims / count).toBeLessThanOrEqual(0.01);
  });

  test("claims more than is true in at most 1 % of proofs of a better candidate", async () => {
    const count = 400;
    let wrong = 0;
    let proven = 0;
    for (let seed = 0; seed < count; seed++) {
      const { outcome, final } = await prove({ ...order, seed }, worth(0.75), undefined, plan);
      if (outcome === "proven") proven++;
      if (final.share.high < 0.75) wrong++;
    }
    expect(wrong / count).toBeLessThanOrEqual(0.01);
    expect(proven / count).toBeGreaterThan(0.95);
  });

  test("fails at once where the candidate does not work, and ends where it is interrupted, with what is known", async () => {
    const failed = await proofOf([{}, {}, { gain: undefined, failure: "it does not start" }]);
    expect(failed).toMatchObject({ outcome: "failed", stoppedBy: "failure", looks: [], final: { pairs: 3 } });
    expect(failed.pairs).toHaveLength(3);
    const rig = functionRig({ score: ({ x }) => -Number(x), interruptedAfter: 5 });
    const interrupted = await prove(order, rig);
    expect(interrupted).toMatchObject({ outcome: "interrupted", final: { pairs: 5, share: { high: 1 } } });
    expect(interrupted.final.share.estimate).toBeLessThan(0.6);
  });

  test("claims nothing of too few pairs, however large the gain", async () => {
    const { outcome, pairs, final } = await proofOf([{ gain: 3 }], { budget: { trials: 3 } });
    expect(outcome).toBe("not_better");
    expect(pairs).toHaveLength(6);
    expect(final.share.high).toBe(1);
    expect(await proofOf([{}], { budget: { trials: 0 } })).toMatchObject({
      outcome: "not_better",
      pairs: [],
    });
  });

  test("keeps to a budget of time, by what pairs take", async () => {
    const { pairs } = await proofOf([{ gain: 0.05 }, { gain: -0.04 }], { budget: { ms: 10_000 } });
    expect(pairs.length).toBeLessThanOrEqual(20);
    const rig = worth(0.88, 0.05);
    expect((await prove({ ...order, budget: { ms: 10_000 } }, rig, undefined, plan)).pairs).toHaveLength(20);
  });

  test("measures every pair on a seed of its own, which another proof does not share", async () => {
    const [one, other] = [worth(1), worth(1)];
    await prove(order, one, undefined, plan);
    await prove({ ...order, proof: 1 }, other, undefined, plan);
    const seeds = [...one.pairs, ...other.pairs].map(({ seed }) => seed);
    expect(new Set(seeds).size).toBe(seeds.length);
  });

  test("is the same when it is told the same", async () => {
    const first = await prove(order, worth(0.8), undefined, plan);
    expect(await prove(order, worth(0.8), undefined, plan)).toEqual(first);
  });
});

describe("targets in a proof", () => {
  const alike = (misses: readonly number[]): Partial<MeasuredPair>[] => [
    { gain: 0.41, misses },
    { gain: 0.39, misses },
  ];

  test("are met where the misses are all the same, at the limit too: no errors in any pair", async () => {
    for (const miss of [-2.4, 0]) {
      const { outcome, final } = await proofOf(alike([miss]), { targets: 1 });
      expect(outcome).toBe("proven");
      expect(final.targets).toEqual([{ outcome: "met", miss }]);
    }
  });

  test("fail the proof where one is missed, however large the gain", async () => {
    const { outcome, stoppedBy, final } = await proofOf(alike([-1, 0.3]), { targets: 2 });
    expect({ outcome, stoppedBy }).toEqual({ outcome: "target_missed", stoppedBy: "decided" });
    expect(final.targets.map((target) => target.outcome)).toEqual(["met", "missed"]);
  });

  test("fail the proof where one could not be shown to be met", async () => {
    const pairs = [-0.3, 0.28, -0.26, 0.24, -0.2, 0.21].map((miss) => ({ gain: 0.4, misses: [miss] }));
    const { outcome, final } = await proofOf(pairs, { targets: 1 });
    expect(outcome).toBe("target_missed");
    expect(final.targets[0]?.outcome).toBe("unknown");
  });

  test("of error rates fail the proof where errors come in bursts: one pair of ten, at twenty times the limit", async () => {
    const burst = Math.log((20 + 0.1) / 1.1);
    const pairs = Array.from({ length: 10 }, (_, i) => ({ gain: 0.5, misses: [i === 9 ? burst : -2.4] }));
    const asLatency = await proofOf(pairs, { targets: 1 });
    expect(asLatency.outcome).toBe("proven");
    const asRate = await proofOf(pairs, { targets: 1, rates: [0] });
    expect(asRate.outcome).toBe("target_missed");
    const rare = pairs.map(({ gain, misses: [miss = 0] }) => ({ gain, misses: [Math.min(miss, 1)] }));
    expect((await proofOf(rare, { targets: 1, rates: [0] })).outcome).toBe("proven");
  });

  test("are unknown where they were never measured", async () => {
    const { outcome } = await proofOf([{ gain: 0.4, misses: [] }], { targets: 1 });
    expect(outcome).toBe("target_missed");
  });
});

test("what a proof holds is finite and in order, whatever pairs show", async () => {
  const pair = fc.record({
    gain: fc.double({ min: -5, max: 5, noNaN: true }),
    misses: fc.tuple(fc.double({ min: -5, max: 5, noNaN: true })),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(pair, { minLength: 1, maxLength: 12 }), async (pairs) => {
      const { looks, final, outcome } = await proofOf(pairs, { targets: 1, budget: { trials: 8 } });
      for (const { share } of [...looks, final]) {
        expect(share.low).toBeLessThanOrEqual(share.estimate);
        expect(share.estimate).toBeLessThanOrEqual(share.high);
        expect(Number.isFinite(share.high)).toBe(true);
      }
      if (outcome === "proven") expect(final.share.high).toBeLessThan(1);
    }),
    { numRuns: 40 },
  );
});
