import fc from "fast-check";
import { wilcoxonRankSum } from "simple-statistics";
import { describe, expect, test } from "vitest";
import { createRandom } from "../../src/base/random.ts";
import { mosesInterval, rankSumTest, shiftEstimate } from "../../src/stats/rank-sum.ts";
import { chanceOfUAtMost } from "../../src/stats/rank-sum-null.ts";

/** Permeability of a membrane at 12 to 26 weeks and at term (Hollander, Wolfe and Chicken, table 4.1). */
const weeks = [1.15, 0.88, 0.9, 0.74, 1.21];
const term = [0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];

const tiedBase = [1, 2, 2, 3, 5, 5, 7, 9];
const tiedCandidate = [2, 4, 5, 5, 8, 9, 9, 11, 12];

describe("rankSumTest", () => {
  test("gives the published U and p-value of the membranes", () => {
    const { u, above } = rankSumTest(weeks, term);
    expect(u).toBe(35);
    expect(above).toBeCloseTo(0.12720612720613, 12);
  });

  test("agrees with R when there are ties", () => {
    // R 4.2: wilcox.test(candidate, base, exact = FALSE, alternative = "greater" | "less")
    const { u, above, below } = rankSumTest(tiedBase, tiedCandidate);
    expect(u).toBe(54);
    expect(above).toBeCloseTo(0.044300489598856, 12);
    expect(below).toBeCloseTo(0.96407981714164, 12);
  });

  test("agrees with R when samples are large", () => {
    // R 4.2: wilcox.test((1:60) * 1.03 + 0.37, 1:60, exact = FALSE, alternative = "greater")
    const base = Array.from({ length: 60 }, (_, i) => i + 1);
    const candidate = base.map((value) => value * 1.03 + 0.37);
    const { u, above } = rankSumTest(base, candidate);
    expect(u).toBe(1872.5);
    expect(above).toBeCloseTo(0.35275145669366, 12);
  });

  test("counts the same rank sum as simple-statistics", () => {
    const sample = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(sample, sample, (base, candidate) => {
        const m = candidate.length;
        expect(rankSumTest(base, candidate).u).toBe(wilcoxonRankSum(candidate, base) - (m * (m + 1)) / 2);
      }),
    );
  });

  test("knows nothing when a sample is empty or all values are equal", () => {
    expect(rankSumTest([], [1, 2])).toEqual({ u: 0, above: 1, below: 1 });
    expect(rankSumTest([3, 3], [3, 3, 3])).toEqual({ u: 3, above: 1, below: 1 });
  });
});

describe("chanceOfUAtMost", () => {
  // R 4.2: pwilcox(c(40, 120, 900), c(12, 20, 48), c(9, 18, 50))
  test.each([
    [40, 12, 9, 0.17255128772157],
    [120, 20, 18, 0.040955486509535],
    [900, 48, 50, 0.016437829679769],
  ])("agrees with R for %s of samples of %s and %s", (u, m, n, probability) => {
    expect(chanceOfUAtMost(u, { m, n, ties: 0 })).toBeCloseTo(probability, 12);
    expect(chanceOfUAtMost(m * n - u - 1, { m, n, ties: 0 })).toBeCloseTo(1 - probability, 12);
  });
});

describe("shiftEstimate", () => {
  test("gives the published shift of the membranes", () => {
    expect(shiftEstimate(weeks, term)).toBeCloseTo(0.305, 12);
  });

  test("refuses an empty sample", () => {
    expect(() => shiftEstimate([1], [])).toThrow("is empty");
  });
});

describe("mosesInterval", () => {
  // R 4.2: wilcox.test(term, weeks, conf.int = TRUE, conf.level = confidence)$conf.int
  test.each([
    [0.9, -0.08, 0.72],
    [0.95, -0.15, 0.76],
    [0.98, -0.17, 0.9],
  ])("agrees with R for the membranes at %s", (confidence, low, high) => {
    const interval = mosesInterval(weeks, term, (1 - confidence) / 2) ?? [];
    expect(interval[0]).toBeCloseTo(low, 12);
    expect(interval[1]).toBeCloseTo(high, 12);
  });

  test("leaves a shift out exactly when the test rejects it", () => {
    const sample = fc.uniqueArray(fc.integer({ min: -20_000, max: 20_000 }), { minLength: 3, maxLength: 15 });
    const levels = fc.constantFrom(0.001, 0.01, 0.05, 0.1, 0.3);
    fc.assert(
      fc.property(
        sample,
        sample,
        fc.integer({ min: -30_000, max: 30_000 }),
        levels,
        (base, candidate, whole, level) => {
          const shift = whole + 0.25;
          const interval = mosesInterval(base, candidate, level) ?? [-Infinity, Infinity];
          const moved = rankSumTest(
            base.map((value) => value + shift),
            candidate,
          );
          expect(shift < interval[0]).toBe(moved.above <= level);
          expect(shift > interval[1]).toBe(moved.below <= level);
        },
      ),
      { numRuns: 300 },
    );
  });

  test.each([
    [8, 10, 0.025],
    [60, 55, 0.025],
  ])("covers the shift between %s and %s values as often as it says", (m, n, tail) => {
    const random = createRandom(5);
    const repeats = 2000;
    let missed = 0;
    for (let run = 0; run < repeats; run++) {
      const base = Array.from({ length: m }, () => random.exponential());
      const candidate = Array.from({ length: n }, () => random.exponential() + 0.5);
      const [low, high] = mosesInterval(base, candidate, tail) ?? [9, 9];
      if (low > 0.5 || high < 0.5) missed++;
    }
    const expected = 2 * tail * repeats;
    expect(missed).toBeLessThan(expected + 3 * Math.sqrt(expected));
    expect(missed).toBeGreaterThan(expected / 2);
  });

  test("is not known when there are too few values for the level", () => {
    expect(mosesInterval([1, 2], [3, 4], 0.05)).toBeUndefined();
    expect(mosesInterval([], [3, 4], 0.05)).toBeUndefined();
  });
});
