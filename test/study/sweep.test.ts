import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRandom } from "../../src/base/random.ts";
import { fitScalability, scalabilityAt, scalabilityPeak } from "../../src/stats/scalability.ts";
import { fitLaw } from "../../src/study/sweep/scaling-law.ts";
import { sampleRounds } from "../support/sample-studies.ts";

const clients = [1, 2, 4, 8, 16, 32, 64];

describe("the law of scalability", () => {
  test("is recovered exactly from points that follow it", () => {
    const law = fc.record({
      lambda: fc.double({ min: 1, max: 1e6, noNaN: true }),
      sigma: fc.double({ min: 0, max: 0.9, noNaN: true }),
      kappa: fc.double({ min: 0, max: 0.05, noNaN: true }),
    });
    fc.assert(
      fc.property(law, (truth) => {
        const found = fitScalability(
          clients.map((count) => ({ clients: count, perSec: scalabilityAt(truth, count) })),
        );
        expect(found?.lambda).toBeCloseTo(truth.lambda, -Math.log10(truth.lambda * 1e-4));
        expect(found?.sigma).toBeCloseTo(truth.sigma, 3);
        expect(found?.kappa).toBeCloseTo(truth.kappa, 3);
      }),
    );
  });

  test("keeps contention and coherency at 0 where throughput grows faster than the clients", () => {
    const found = fitScalability(clients.map((count) => ({ clients: count, perSec: 100 * count ** 1.1 })));
    expect(found).toMatchObject({ sigma: 0, kappa: 0 });
  });

  test("is not fitted to two numbers of clients", () => {
    expect(fitScalability([1, 1, 2, 2].map((count) => ({ clients: count, perSec: 100 })))).toBeUndefined();
  });

  test("peaks at sqrt((1 - sigma) / kappa)", () => {
    expect(scalabilityPeak({ lambda: 1, sigma: 0.19, kappa: 0.01 })).toBeCloseTo(9, 9);
    expect(scalabilityPeak({ lambda: 1, sigma: 0.1, kappa: 0 })).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("intervals of the law", () => {
  test("hold the truth in nearly nine of ten noisy sweeps or more", () => {
    const truth = { lambda: 1000, sigma: 0.06, kappa: 0.002 };
    const names = ["lambda", "sigma", "kappa"] as const;
    const covered = { lambda: 0, sigma: 0, kappa: 0 };
    const sweeps = 30;
    for (let seed = 1; seed <= sweeps; seed++) {
      const law = fitLaw(sampleRounds(seed, truth, 0.08), createRandom(seed));
      for (const name of names) {
        const { low, high } = law?.[name] ?? { low: 1, high: 0 };
        if (low <= truth[name] && truth[name] <= high) covered[name]++;
      }
    }
    for (const name of names) expect(covered[name] / sweeps, name).toBeGreaterThanOrEqual(0.86);
  });

  test("come with no peak where throughput does not turn down", () => {
    const law = fitLaw(sampleRounds(3, { lambda: 1000, sigma: 0.02, kappa: 0 }, 0.01), createRandom(1));
    expect(law?.kappa.low).toBe(0);
    expect(law).not.toHaveProperty("peak");
  });
});
