import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { normalCdf, normalQuantile } from "../../src/stats/normal.ts";

// scipy 1.10: norm.cdf(z)
const probabilities = [
  [-37, 5.7255712225239266e-300],
  [-20, 2.7536241186061556e-89],
  [-10, 7.61985302416047e-24],
  [-7.5, 3.1908916729108844e-14],
  [-7, 1.279812543885835e-12],
  [-5, 2.866515718791933e-7],
  [-3, 0.0013498980316300933],
  [-1.959963984540054, 0.025],
  [-1, 0.15865525393145707],
  [-0.1, 0.460172162722971],
  [0, 0.5],
  [0.5, 0.6914624612740131],
  [2, 0.9772498680518208],
  [6, 0.9999999990134123],
] as const;

// scipy 1.10: norm.ppf(probability)
const quantiles = [
  [1e-300, -37.0470962993612],
  [1e-50, -14.933337534788487],
  [1e-12, -7.034483825301131],
  [1e-6, -4.753424308822899],
  [0.001, -3.090232306167813],
  [0.01, -2.3263478740408408],
  [0.025, -1.9599639845400545],
  [0.05, -1.6448536269514729],
  [0.074, -1.4466320671589785],
  [0.076, -1.4325027208258116],
  [0.3, -0.5244005127080409],
  [0.5, 0],
  [0.8, 0.8416212335729143],
  [0.95, 1.6448536269514722],
  [0.9999, 3.719016485455709],
] as const;

describe("normalCdf", () => {
  test.each(probabilities)("agrees with scipy at %s", (z, probability) => {
    expect(Math.abs(normalCdf(z) / probability - 1)).toBeLessThan(1e-12);
  });

  test("is 0 and 1 at the ends", () => {
    expect([-50, -Infinity, 50, Infinity].map(normalCdf)).toEqual([0, 0, 1, 1]);
  });
});

describe("normalQuantile", () => {
  test.each(quantiles)("agrees with scipy at %s", (probability, z) => {
    expect(Math.abs(normalQuantile(probability) - z)).toBeLessThan(1e-13 * Math.max(1, Math.abs(z)));
  });

  test("undoes the distribution function", () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-280, max: 0.9999, noNaN: true }), (probability) => {
        expect(Math.abs(normalCdf(normalQuantile(probability)) / probability - 1)).toBeLessThan(1e-10);
      }),
    );
  });

  test("is infinite at 0 and 1, and refuses what is no probability", () => {
    expect([0, 1].map(normalQuantile)).toEqual([-Infinity, Infinity]);
    for (const wrong of [-0.1, 1.1, Number.NaN])
      expect(() => normalQuantile(wrong)).toThrow("between 0 and 1");
  });
});
