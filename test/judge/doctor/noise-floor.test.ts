import { describe, expect, test } from "vitest";
import { findNoiseFloors } from "../../../src/judge/doctor/noise-floor.ts";
import { sampleMetric, sampleTwins } from "../../support/sample-twins.ts";

describe("the noise floor", () => {
  test("of a noisier metric is higher, and falls with the budget", () => {
    const calm = sampleMetric("p50", { sd: 0.01 });
    const noisy = sampleMetric("throughput", { sd: 0.04 });
    const [p50, throughput] = findNoiseFloors(sampleTwins([calm, noisy]));
    const effects = (floor: typeof p50) => floor?.smallest.map(({ effect = Number.NaN }) => effect) ?? [];
    expect(p50?.smallest.map(({ pairs }) => pairs)).toEqual([10, 30, 150]);
    expect(effects(p50)).toEqual(effects(p50).toSorted((a, b) => b - a));
    for (const [i, effect] of effects(p50).entries())
      expect(effect).toBeLessThan(effects(throughput)[i] ?? 0);
    expect(p50?.budgetForMarginMs).toBeLessThan(throughput?.budgetForMarginMs ?? 0);
  });

  test("of a budget with too few pairs is not known", () => {
    const [floor] = findNoiseFloors(sampleTwins([sampleMetric("p50")], { tookMs: 48_000 }));
    expect(floor?.smallest[0]).toEqual({ budgetMs: 20_000, pairs: 5 });
    expect(floor?.smallest[1]?.effect).toBeGreaterThan(0);
  });

  test("counts differences in their own unit", () => {
    const perPair = Array.from({ length: 12 }, (_, i) => (i - 5.5) / 10_000);
    const errors = sampleMetric("error_rate", { scale: "difference", unit: "ratio", margin: 0.001, perPair });
    const [floor] = findNoiseFloors(sampleTwins([errors]));
    expect(floor).toMatchObject({ scale: "difference", margin: 0.001 });
    expect(floor?.spread).toBeGreaterThan(0.0001);
    expect(floor?.spread).toBeLessThan(0.001);
  });

  test("leaves out what was hardly measured", () => {
    const perPair = [1, 1.01, Number.NaN, 0, 0.99, 1, 1.02];
    expect(findNoiseFloors(sampleTwins([sampleMetric("p99", { perPair })]))).toEqual([]);
    expect(findNoiseFloors(sampleTwins([], { pairs: 0 }))).toEqual([]);
  });

  test("leaves out what never differed: no errors say nothing of how errors spread", () => {
    const perPair = new Array(12).fill(0);
    const errors = sampleMetric("error_rate", { scale: "difference", unit: "ratio", perPair });
    expect(findNoiseFloors(sampleTwins([errors]))).toEqual([]);
  });

  test("counts a throughput as what is lost of it", () => {
    const metric = (name: string) => sampleMetric(name, { sd: 0.3, judged: true });
    const [throughput, p50] = findNoiseFloors(sampleTwins([metric("throughput"), metric("p50")]));
    const loss = throughput?.smallest[0]?.effect ?? Number.NaN;
    expect(loss).toBeLessThan(1);
    expect(1 / (1 - loss) - 1).toBeCloseTo(p50?.smallest[0]?.effect ?? Number.NaN, 6);
  });
});
