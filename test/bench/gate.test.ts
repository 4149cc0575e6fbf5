import { resolve } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { oursDecides, planGate, scenariosOfSuite, throughputRule } from "../../bench/gate/ours.ts";
import { peers } from "../../bench/gate/peers.ts";
import { readPairs, readProcesses } from "../../bench/gate/recordings.ts";
import { drawRuns, halvedStretches } from "../../bench/gate/stretches.ts";
import { smallestSeen, thresholdFor } from "../../bench/gate/tuning.ts";
import { createRandom } from "../../src/base/random.ts";
import type { MetricSeries } from "../../src/judge/compare/metric-series.ts";
import { gateQuestion } from "../../src/judge/compare/question.ts";
import { startSequentialTest } from "../../src/judge/compare/sequential-test.ts";
import { hodgesLehmann, walshInterval } from "../../src/stats/signed-rank.ts";

const dir = resolve("bench/gate-data");

describe("the recordings", () => {
  test("hold equal pairs, and pairs that are slower by what was put in", () => {
    const medianOf = (percent: number): number => {
      const ratios = readPairs(dir, "cpu", percent).map(({ logRatio }) => logRatio);
      return ratios.toSorted((a, b) => a - b)[Math.floor(ratios.length / 2)] ?? Number.NaN;
    };
    expect(medianOf(0)).toBeCloseTo(0, 2);
    expect(medianOf(10)).toBeCloseTo(Math.log(1.1), 2);
    expect(readPairs(dir, "io", 0)).toHaveLength(90);
    expect(readProcesses(dir, "io")).toHaveLength(177);
  });
});

describe("stretches", () => {
  const items = Array.from({ length: 12 }, (_, i) => ({ costMs: 10, session: i < 7 ? 1 : 2, i }));

  test("are neighbours of one session, half of the budget for each, in both directions", () => {
    const stretches = halvedStretches(items, 40).map(({ a, b }) => [...a, ...b].map(({ i }) => i));
    expect(stretches).toContainEqual([0, 1, 2, 3]);
    expect(stretches).toContainEqual([4, 3, 2, 1]);
    expect(stretches.every((stretch) => stretch.every((i) => i < 7) || stretch.every((i) => i >= 7))).toBe(
      true,
    );
  });

  test("that are drawn use the budget up and are the same for the same seed", () => {
    const draw = (seed: number): number[] => drawRuns(items, 85, 4, createRandom(seed)).map(({ i }) => i);
    expect(draw(1)).toHaveLength(8);
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
    expect(draw(1)[1]).toBe((draw(1)[0] ?? 0) + 1);
  });
});

describe("a threshold", () => {
  test("is reached by at most, or at least, the share that was asked for, ties included", () => {
    const scores = fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(scores, fc.double({ min: 0.01, max: 1, noNaN: true }), (scores, share) => {
        const reached = (threshold: number): number =>
          scores.filter((score) => score >= threshold).length / scores.length;
        expect(reached(thresholdFor(scores, share, "at most"))).toBeLessThanOrEqual(share + 1e-9);
        expect(reached(thresholdFor(scores, share, "at least"))).toBeGreaterThanOrEqual(share - 1e-9);
      }),
      { seed: 4 },
    );
  });

  test("tells the smallest slowdown that is seen", () => {
    const noise = Array.from({ length: 1000 }, (_, i) => i / 1000);
    // 1 % of equal ones are at 0.99 or above; 95 % of the slower ones are above 0.05 plus a tenth of the slowdown.
    expect(smallestSeen((percent) => noise.map((score) => score + percent / 10))).toBeCloseTo(9.4, 0);
    expect(smallestSeen(() => noise)).toBeUndefined();
  });
});

describe("a way to decide", () => {
  const processes = (ms: number) => Array.from({ length: 10 }, (_, i) => [ms + i / 100, ms + (i % 3) / 50]);

  test.each(peers)("$name alarms at half as slow again, and not at equal ones", ({ score, threshold }) => {
    expect(score(processes(1), processes(1.5))).toBeGreaterThanOrEqual(threshold);
    expect(score(processes(1), processes(1))).toBeLessThan(threshold);
  });

  test("ours passes equal pairs, fails slower ones, and needs more than three", () => {
    const rule = { margin: 0.05, alpha: 0.01, beta: 0.025, budgetPairs: 18 };
    const pairs = Array.from({ length: 18 }, (_, i) => ((i % 7) - 3) / 300);
    expect(oursDecides(pairs, rule)).toBe("pass");
    expect(
      oursDecides(
        pairs.map((value) => value + 0.06),
        rule,
      ),
    ).toBe("fail");
    expect(
      oursDecides(
        pairs.map((value) => value * 30),
        rule,
      ),
    ).toBe("inconclusive");
    expect(oursDecides([0.5, 0.5, 0.5], rule)).toBe("inconclusive");
    expect(oursDecides([], rule)).toBe("inconclusive");
  });

  test("ours is that of dyno gate for the throughput of a scenario of its suite: same levels at each look, same margin", () => {
    const worse = Array.from({ length: 20 }, (_, i) => ((i * 7) % 20) / 300);
    const series = (metric: "throughput" | "error_rate"): MetricSeries => ({
      metric,
      phase: "full",
      unit: "per_second",
      higherIsBetter: metric === "throughput",
      scale: metric === "throughput" ? "ratio" : "difference",
      base: worse,
      candidate: worse,
      worse,
      isPaired: true,
      estimate: () => hodgesLehmann(worse),
      interval: (tail) => walshInterval(worse, tail),
    });
    const all = [series("throughput"), series("error_rate")];
    const gate = startSequentialTest(gateQuestion({}, scenariosOfSuite), all);
    for (const { pairs, failLevel, passLevel } of planGate(20, throughputRule)) {
      const found = gate.look(all, pairs, pairs / 20).find((one) => one.series.metric === "throughput");
      expect(found?.bounds.low).toBe(walshInterval(worse, failLevel)?.[0] ?? Number.NEGATIVE_INFINITY);
      expect(found?.lowAlpha).toBeCloseTo(throughputRule.alpha, 12);
      expect(found?.highLevel).toBeCloseTo(passLevel, 12);
      expect(found?.margin).toBe(throughputRule.margin);
    }
    expect(throughputRule.margin).toBeCloseTo(-Math.log(1 - 0.05), 12);
  });

  test("ours looks more and more seldom, and at last at all", () => {
    const levels = { alpha: 0.01, beta: 0.025 };
    expect(planGate(20, levels).map(({ pairs }) => pairs)).toEqual([6, 7, 9, 11, 13, 15, 18, 20]);
    expect(planGate(4, levels).map(({ pairs }) => pairs)).toEqual([4]);
  });
});
