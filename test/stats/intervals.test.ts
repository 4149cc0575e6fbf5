import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRandom } from "../../src/base/random.ts";
import { binomialQuantile } from "../../src/stats/binomial.ts";
import { createHistogram } from "../../src/stats/histogram.ts";
import { proportionInterval, trialsForProportion } from "../../src/stats/proportion-interval.ts";
import { quantileInterval, samplesForQuantile } from "../../src/stats/quantile-interval.ts";

/** P(X <= k) for X binomial, summed in logarithms: another way to the same number. */
function cumulative(k: number, n: number, p: number): number {
  let logTerm = n * Math.log1p(-p);
  let sum = 0;
  for (let i = 0; i <= k; i++) {
    sum += Math.exp(logTerm);
    logTerm += Math.log((n - i) / (i + 1)) + Math.log(p / (1 - p));
  }
  return sum;
}

describe("binomialQuantile", () => {
  test("is the smallest count whose probability reaches what is asked", () => {
    const probability = fc.constantFrom(0.025, 0.05, 0.95, 0.975);
    fc.assert(
      fc.property(
        probability,
        fc.integer({ min: 1, max: 400 }),
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        (wanted, n, p) => {
          const k = binomialQuantile(wanted, n, p);
          expect(cumulative(k, n, p)).toBeGreaterThanOrEqual(wanted - 1e-9);
          if (k > 0) expect(cumulative(k - 1, n, p)).toBeLessThan(wanted + 1e-9);
        },
      ),
    );
  });

  test("is off by at most one where it is approximated", () => {
    for (const [n, p] of [
      [1000, 0.2],
      [5000, 0.03],
      [2000, 0.95],
    ] as const) {
      for (const wanted of [0.025, 0.975]) {
        const k = binomialQuantile(wanted, n, p);
        expect(cumulative(k + 1, n, p)).toBeGreaterThanOrEqual(wanted);
        expect(cumulative(k - 2, n, p)).toBeLessThan(wanted);
      }
    }
  });
});

describe("quantileInterval", () => {
  test.each([
    [0.5, 50],
    [0.99, 600],
    [0.99, 20_000],
    [0.999, 5000],
  ])(
    "covers the true p%s of %s samples in 95 of 100 cases",
    (q, n) => {
      const random = createRandom(7);
      const truth = -Math.log(1 - q) * 1000;
      const repeats = n > 10_000 ? 400 : 1000;
      let covered = 0;
      for (let i = 0; i < repeats; i++) {
        const histogram = createHistogram();
        for (let k = 0; k < n; k++) histogram.record(random.exponential() * 1000);
        const [low, high] = quantileInterval(histogram, q) ?? [Number.NaN, Number.NaN];
        if (low <= truth * 1.001 && truth * 0.999 <= high) covered++;
      }
      expect(covered / repeats).toBeGreaterThan(0.925);
    },
    60_000,
  );

  test("says nothing from too few samples", () => {
    const histogram = createHistogram();
    for (let i = 0; i < 300; i++) histogram.record(i);
    expect(quantileInterval(histogram, 0.99)).toBeUndefined();
    expect([0.5, 0.99, 0.999].map(samplesForQuantile)).toEqual([6, 368, 3688]);
  });
});

describe("proportionInterval", () => {
  test("agrees with the worked examples of Newcombe (Statistics in Medicine 1998, table I, method 3)", () => {
    const rounded = (hits: number, n: number) =>
      proportionInterval(hits, n)?.map((end) => Number(end.toFixed(4)));
    expect(rounded(81, 263)).toEqual([0.2553, 0.3662]);
    expect(rounded(15, 148)).toEqual([0.0624, 0.1605]);
    expect(rounded(0, 20)).toEqual([0, 0.1611]);
    expect(rounded(1, 29)).toEqual([0.0061, 0.1718]);
  });

  test("knows nothing without trials, and how many a small limit needs", () => {
    expect(proportionInterval(0, 0)).toBeUndefined();
    expect([0.0001, 0.01, 0].map(trialsForProportion)).toEqual([29_956, 299, Number.POSITIVE_INFINITY]);
  });
});
