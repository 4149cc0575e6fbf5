import { describe, expect, test } from "vitest";
import { createRandom, type Random } from "../../src/base/random.ts";
import { leastPairs, pairsForShift, smallestShift } from "../../src/stats/power.ts";
import { signedRankTail } from "../../src/stats/signed-rank.ts";
import { walshSpread } from "../../src/stats/spread.ts";

const alpha = 0.005;
const power = 0.95;

function normal(random: Random): number {
  return Math.sqrt(2 * random.exponential()) * Math.cos(2 * Math.PI * random.next());
}

describe("pairs and effects", () => {
  test.each([
    [0.005, 10],
    [0.005, 25],
    [0.01, 40],
    [0.05, 12],
  ])("the smallest shift at level %f of %i pairs is found in about 95 of 100 cases", (alpha, pairs) => {
    const shift = smallestShift({ sd: 1, pairs, alpha, power }) ?? Number.NaN;
    const random = createRandom(7);
    const cases = 800;
    let found = 0;
    for (let i = 0; i < cases; i++) {
      const values = Array.from({ length: pairs }, () => shift + normal(random));
      if (signedRankTail(values, 0).above <= alpha) found++;
    }
    expect(found / cases).toBeGreaterThan(0.92);
    expect(found / cases).toBeLessThan(0.98);
  });

  test.each([0.005, 0.02, 0.1])("are each other's inverse with a spread of %f", (sd) => {
    for (const shift of [0.01, 0.03, 0.05, 0.1]) {
      const pairs = pairsForShift({ sd, shift, alpha, power });
      expect(smallestShift({ sd, pairs, alpha, power })).toBeLessThanOrEqual(shift);
      const fewer = smallestShift({ sd, pairs: pairs - 1, alpha, power });
      if (fewer !== undefined) expect(fewer).toBeGreaterThan(shift);
    }
  });

  test("four times the pairs show half the shift, nearly", () => {
    const shift = (pairs: number): number => smallestShift({ sd: 1, pairs, alpha, power }) ?? Number.NaN;
    expect(shift(400) / shift(100)).toBeCloseTo(0.5, 1);
  });

  test("no spread still needs the pairs of an exact test: 2^-n", () => {
    expect(leastPairs(0.005)).toBe(8);
    expect(pairsForShift({ sd: 0, shift: 0.05, alpha, power })).toBe(8);
    expect(smallestShift({ sd: 1, pairs: 7, alpha, power })).toBeUndefined();
    expect(smallestShift({ sd: 0, pairs: 8, alpha, power })).toBe(0);
  });

  test("a shift of nothing can never be shown", () => {
    expect(pairsForShift({ sd: 1, shift: 0, alpha, power })).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("walshSpread", () => {
  test("is the standard deviation of normal values, in the middle", () => {
    const random = createRandom(3);
    const spreads = Array.from({ length: 200 }, () =>
      walshSpread(Array.from({ length: 20 }, () => 4 + 0.5 * normal(random))),
    ).map((spread) => spread ?? Number.NaN);
    expect(spreads.toSorted((a, b) => a - b)[100]).toBeCloseTo(0.5, 1);
  });

  test("is hardly moved by one wild value, and is nothing where all are the same", () => {
    const calm = Array.from({ length: 21 }, (_, i) => (i - 10) / 10);
    const wild = [...calm.slice(0, 20), 1000];
    expect((walshSpread(wild) ?? 0) / (walshSpread(calm) ?? 0)).toBeLessThan(1.3);
    expect(walshSpread(new Array(10).fill(1))).toBe(0);
  });

  test("needs six values", () => {
    expect(walshSpread([1, 2, 3, 4, 5])).toBeUndefined();
    expect(walshSpread([1, 2, 3, 4, 5, 6])).toBeGreaterThan(0);
  });
});
