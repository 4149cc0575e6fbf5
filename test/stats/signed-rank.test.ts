import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRandom } from "../../src/base/random.ts";
import {
  attainableSignedRankLevel,
  hodgesLehmann,
  signedRankTail,
  walshInterval,
} from "../../src/stats/signed-rank.ts";

/** Hamilton depression scale factor IV, after minus before (Hollander, Wolfe and Chicken, table 3.1). */
const depression = [-0.952, 0.147, -1.022, -0.43, -0.62, -0.59, -0.49, 0.08, -0.01];

// R 4.2: wilcox.test(values, conf.int = TRUE, exact = TRUE, conf.level = confidence), its conf.int and estimate, and
// wilcox.test(values, alternative = "greater", mu = 0.2)$p.value
const nine = [3.401, -0.655, 0.329, 0.394, -2.442, -0.73, 1.174, -0.597, 1.798];
const fourteen = [
  -0.819, 0.329, 0.132, -0.015, -0.479, 1.978, 1.127, 0.598, -0.3, -0.284, -0.279, 2.277, -6.869, 0.336,
];
const twentyThree = [
  -0.379, -0.032, -1.358, -0.088, -0.682, 0.998, 0.311, 0.698, 1.767, 0.494, 0.388, 0.616, -0.641, 0.424,
  0.501, 2.429, 1.632, 1.72, -2.996, -0.375, 0.338, -0.719, 0.9,
];
const fromR = [
  { values: nine, confidence: 0.9, interval: [-0.6635, 1.373], estimate: 0.2885, p: 0.41015625 },
  { values: nine, confidence: 0.98, interval: [-1.5195, 1.8975], estimate: 0.2885, p: 0.41015625 },
  { values: fourteen, confidence: 0.9, interval: [-0.3, 0.7315], estimate: 0.0595, p: 0.687133789062 },
  { values: fourteen, confidence: 0.98, interval: [-0.649, 0.999], estimate: 0.0595, p: 0.687133789062 },
  { values: twentyThree, confidence: 0.9, interval: [-0.0735, 0.657], estimate: 0.318, p: 0.354507088661 },
  { values: twentyThree, confidence: 0.98, interval: [-0.229, 0.844], estimate: 0.318, p: 0.354507088661 },
] as const;

/** The same p-value by trying all signs, Pratt's way with zeros: ranks by counting, chances by counting. */
function byEnumeration(values: readonly number[]): number {
  const sizes = values.map(Math.abs);
  const rankOf = (size: number): number =>
    sizes.filter((other) => other < size).length + (sizes.filter((other) => other === size).length + 1) / 2;
  const ranks = sizes.filter((size) => size > 0).map(rankOf);
  const observed = values.reduce((sum, value) => sum + (value > 0 ? rankOf(value) : 0), 0);
  let asLarge = 0;
  for (let signs = 0; signs < 2 ** ranks.length; signs++) {
    const sum = ranks.reduce((part, rank, i) => part + ((signs >> i) & 1) * rank, 0);
    if (sum >= observed) asLarge++;
  }
  return asLarge / 2 ** ranks.length;
}

const tied = fc.array(fc.integer({ min: -4, max: 5 }), { minLength: 1, maxLength: 10 });

describe("signedRankTail", () => {
  test("gives the published p-value of the depression data, T+ = 5", () => {
    expect(signedRankTail(depression, 0).below).toBeCloseTo(0.01953125, 12);
  });

  test.each(fromR)("agrees with R's wilcox.test for $values.length values", ({ values, p }) => {
    expect(signedRankTail(values, 0.2).above).toBeCloseTo(p, 11);
  });

  test("agrees with the count over all signs when there are ties and zeros", () => {
    fc.assert(
      fc.property(tied, (values) => {
        const tail = signedRankTail(values, 0);
        expect(tail.above).toBeCloseTo(byEnumeration(values), 12);
        expect(tail.below).toBeCloseTo(byEnumeration(values.map((value) => -value)), 12);
      }),
    );
  });

  test("never finds less evidence that the centre is above when values move up", () => {
    const moves = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 10, maxLength: 10 });
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: -40, max: 40 }), { minLength: 1, maxLength: 10 }),
        moves,
        (values, up) => {
          // Sizes are kept apart: with midranks the null distribution changes with the ties.
          const before = values.map((value, i) => value + i / 100 + 0.003);
          const after = before.map((value, i) => value + (up[i] ?? 0));
          expect(signedRankTail(after, 0).above).toBeLessThanOrEqual(signedRankTail(before, 0).above + 1e-12);
        },
      ),
    );
  });

  test("knows nothing without values, or when all are equal to the shift", () => {
    expect(signedRankTail([], 0)).toEqual({ above: 1, below: 1 });
    expect(signedRankTail([2, 2, 2], 2)).toEqual({ above: 1, below: 1 });
  });
});

describe("hodgesLehmann", () => {
  test("gives the published estimate of the depression data", () => {
    expect(hodgesLehmann(depression)).toBeCloseTo(-0.46, 12);
  });

  test.each(fromR)("agrees with R's pseudomedian of $values.length values", ({ values, estimate }) => {
    expect(hodgesLehmann(values)).toBeCloseTo(estimate, 12);
  });

  test("refuses to estimate from nothing", () => {
    expect(() => hodgesLehmann([])).toThrow("no values");
  });
});

describe("walshInterval", () => {
  test("gives the published 96 % interval of the depression data", () => {
    const [low, high] = walshInterval(depression, 0.02) ?? [];
    expect(low).toBeCloseTo(-0.786, 12);
    expect(high).toBeCloseTo(-0.01, 12);
  });

  test.each(fromR)("agrees with R for $values.length values at $confidence", (row) => {
    const [low, high] = walshInterval(row.values, (1 - row.confidence) / 2) ?? [];
    expect(low).toBeCloseTo(row.interval[0], 12);
    expect(high).toBeCloseTo(row.interval[1], 12);
  });

  test("leaves a shift out exactly when the test rejects it", () => {
    // Whole numbers of different digits keep sums apart, and a shift of a quarter off them is no Walsh average.
    const values = fc.uniqueArray(fc.integer({ min: -30_000, max: 30_000 }), { minLength: 5, maxLength: 25 });
    const shifts = fc.integer({ min: -30_000, max: 30_000 });
    const levels = fc.constantFrom(0.001, 0.01, 1 / 32, 0.05, 0.2);
    fc.assert(
      fc.property(values, shifts, levels, (sample, whole, level) => {
        const shift = whole + 0.25;
        const interval = walshInterval(sample, level) ?? [-Infinity, Infinity];
        const tail = signedRankTail(sample, shift);
        expect(shift < interval[0]).toBe(tail.above <= level);
        expect(shift > interval[1]).toBe(tail.below <= level);
      }),
      { numRuns: 500 },
    );
  });

  test("is not known when there are too few values for the level", () => {
    expect(walshInterval([1, 2, 3, 4], 0.05)).toBeUndefined();
    expect(walshInterval([1, 2, 3, 4, 5], 0.05)).toEqual([1, 5]);
    expect(walshInterval([], 0.05)).toBeUndefined();
  });

  test.each([
    [8, 0.025],
    [20, 0.005],
  ])("covers the centre of %s values as often as it says", (n, tail) => {
    const random = createRandom(17);
    const repeats = 4000;
    let missed = 0;
    for (let run = 0; run < repeats; run++) {
      const values = Array.from({ length: n }, () => 3 + random.exponential() - random.exponential());
      const [low, high] = walshInterval(values, tail) ?? [0, 0];
      if (low > 3 || high < 3) missed++;
    }
    const expected = 2 * tail * repeats;
    expect(missed).toBeLessThan(expected + 3 * Math.sqrt(expected));
    expect(missed).toBeGreaterThan(expected / 2);
  });
});

describe("attainableSignedRankLevel", () => {
  test("is the largest p-value that is within the level", () => {
    // R: psignrank(c(0, 3, 9, 50, 600), c(8, 10, 12, 20, 60))
    expect(attainableSignedRankLevel(8, 0.005)).toBeCloseTo(0.00390625, 12);
    expect(attainableSignedRankLevel(10, 0.005)).toBeCloseTo(0.0048828125, 12);
    expect(attainableSignedRankLevel(12, 0.0081)).toBeCloseTo(0.008056640625, 12);
    expect(attainableSignedRankLevel(20, 0.02)).toBeCloseTo(0.0199947357178, 12);
    expect(attainableSignedRankLevel(60, 0.009917)).toBeCloseTo(0.00991612974095, 12);
  });

  test("is 0 when even all signs alike would not do", () => {
    expect(attainableSignedRankLevel(8, 0.0039)).toBe(0);
    expect(attainableSignedRankLevel(0, 0.01)).toBe(0);
  });
});
