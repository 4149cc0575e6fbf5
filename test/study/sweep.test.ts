import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRandom } from "../../src/base/random.ts";
import { peakRange } from "../../src/measure/peak-range.ts";
import { leastExplained, type SweepResult } from "../../src/measure/sweep.ts";
import type { SweepSpec } from "../../src/scenario/scenario.ts";
import { fitScalability, scalabilityAt, scalabilityPeak } from "../../src/stats/scalability.ts";
import { levelPhase } from "../../src/study/sweep/run-sweep.ts";
import { fitLaw } from "../../src/study/sweep/scaling-law.ts";
import { makeSweepResult } from "../../src/study/sweep/sweep-result.ts";
import { sampleResult } from "../support/sample-result.ts";
import { sampleRounds, studyScenario } from "../support/sample-studies.ts";

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
  test("hold the truth in 92 % of noisy sweeps or more", () => {
    const truth = { lambda: 1000, sigma: 0.06, kappa: 0.002 };
    const names = ["lambda", "sigma", "kappa"] as const;
    const covered = { lambda: 0, sigma: 0, kappa: 0 };
    const sweeps = 200;
    for (let seed = 1; seed <= sweeps; seed++) {
      const law = fitLaw(sampleRounds(seed, truth, 0.08), createRandom(seed));
      for (const name of names) {
        const { low, high } = law?.[name] ?? { low: 1, high: 0 };
        if (low <= truth[name] && truth[name] <= high) covered[name]++;
      }
    }
    for (const name of names) expect(covered[name] / sweeps, name).toBeGreaterThanOrEqual(0.92);
  }, 60_000);

  test("come with no peak where throughput does not turn down", () => {
    const law = fitLaw(sampleRounds(3, { lambda: 1000, sigma: 0.02, kappa: 0 }, 0.01), createRandom(1));
    expect(law?.kappa.low).toBe(0);
    expect(law).not.toHaveProperty("peak");
  });

  test("of a peak have no upper end where that lies far beyond what was measured", () => {
    const slow = { lambda: 1000, sigma: 0.05, kappa: 0.0001 };
    const peaks = [1, 2, 3, 4, 5, 6].flatMap(
      (seed) => fitLaw(sampleRounds(seed, slow, 0.1), createRandom(1))?.peak ?? [],
    );
    expect(peaks.length).toBeGreaterThan(0);
    expect(peaks.every(({ clients }) => (clients.high ?? 0) <= 128)).toBe(true);
    const open = peaks.filter(({ clients }) => clients.high === undefined);
    expect(open.map(({ clients }) => peakRange(clients))).toContainEqual(
      expect.stringMatching(/^\d+ or more$/),
    );
  });

  test("come with no peak where the law does not describe what was measured", () => {
    const saw = sampleRounds(1).map(({ clients, perRound }, i) => ({
      clients,
      perRound: perRound.map((perSec) => (i % 2 === 0 ? perSec : perSec * 0.3)),
    }));
    const law = fitLaw(saw, createRandom(1));
    expect(law?.r2).toBeLessThan(leastExplained);
    expect(law).not.toHaveProperty("peak");
  });
});

describe("errors in a sweep", () => {
  const counts = [1, 2, 4, 8];
  /** A sweep of two rounds in which so much of the operations failed at each number of clients. */
  function swept(failed: readonly number[]): SweepResult {
    const scenario = studyScenario(`{ sweep: { concurrency: [${counts}], rounds: 2 } }`);
    const [trial] = sampleResult().trials;
    const phase = trial?.phases.find(({ kind }) => kind === "measured");
    if (trial === undefined || phase === undefined) throw new Error("the sample has no trial");
    const phases = counts.map((clients, i) => {
      const bad = Math.round(1000 * (failed[i] ?? 0));
      return {
        ...phase,
        phase: levelPhase(clients),
        loop: "closed" as const,
        completed: 1000 - bad,
        failed: bad,
      };
    });
    const { environment } = sampleResult();
    return makeSweepResult({
      scenario,
      spec: scenario.study as SweepSpec,
      trials: [0, 1].map((at) => ({ ...trial, trial: at, checks: [], phases })),
      command: "npx dyno run s.yaml",
      startedAt: new Date(0),
      durationMs: 1000,
      environment,
    });
  }

  test("are told where they are more than a few", () => {
    const { outcome, warnings } = swept([0, 0.005, 0.12, 0.3]);
    expect(outcome).toBe("measured");
    expect(warnings[0]).toMatch(/^operations failed.*: 12.% at 4 clients, 30.% at 8 clients$/);
    expect(swept([0, 0, 0, 0]).warnings.join()).not.toMatch(/failed/);
  });

  test("make it invalid where more than half of a level failed", () => {
    const { outcome, exitCode, reason } = swept([0, 0, 0, 0.8]);
    expect([outcome, exitCode]).toEqual(["invalid", 3]);
    expect(reason).toMatch(/^At 8 clients 80.% of the operations failed/);
  });
});
