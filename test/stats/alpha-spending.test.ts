import { describe, expect, test } from "vitest";
import { createRandom, type Random } from "../../src/base/random.ts";
import { createAlphaSpending, nominalLevel } from "../../src/stats/alpha-spending.ts";
import { crossingProbability, pathsAtStart, pathsBelow } from "../../src/stats/brownian-path.ts";
import { normalCdf, normalQuantile } from "../../src/stats/normal.ts";
import { attainableSignedRankLevel, signedRankTail } from "../../src/stats/signed-rank.ts";

/** The chance to be at or above one of these boundaries, at equally spaced looks. */
function totalCrossing(boundaries: readonly number[]): number {
  let paths = pathsAtStart;
  let total = 0;
  for (const [i, z] of boundaries.entries()) {
    total += crossingProbability(paths, i + 1, z);
    paths = pathsBelow(paths, i + 1, z);
  }
  return total;
}

describe("crossingProbability", () => {
  // Jennison and Turnbull, Group Sequential Methods, tables 2.1 (Pocock) and 2.3 (O'Brien and Fleming), two-sided 5 %:
  // 2.5 % on a side, as crossing both sides hardly ever happens.
  test.each([
    ["Pocock, 2 looks", [2.178, 2.178]],
    ["Pocock, 5 looks", [1, 2, 3, 4, 5].map(() => 2.413)],
    ["O'Brien and Fleming, 2 looks", [1, 2].map((look) => 1.977 * Math.sqrt(2 / look))],
    ["O'Brien and Fleming, 5 looks", [1, 2, 3, 4, 5].map((look) => 2.04 * Math.sqrt(5 / look))],
  ])("adds up to the published level for %s", (_, boundaries) => {
    expect(Math.abs(totalCrossing(boundaries) - 0.025)).toBeLessThan(4e-5);
  });

  test("loses no path", () => {
    const below = pathsBelow(pathsBelow(pathsAtStart, 0.4, 2), 1, 1.5);
    expect(totalCrossing([9]) + 1).toBeCloseTo(1, 12);
    const crossed =
      crossingProbability(pathsAtStart, 0.4, 2) +
      crossingProbability(pathsBelow(pathsAtStart, 0.4, 2), 1, 1.5);
    expect(below.masses.reduce((sum, mass) => sum + mass, crossed)).toBeCloseTo(1, 8);
  });
});

describe("nominalLevel", () => {
  test("gives the published boundaries of the O'Brien and Fleming spending function", () => {
    // ldbounds for R: ldBounds(seq(0.2, 1, 0.2), iuse = 1, alpha = 0.025, sides = 1)
    let paths = pathsAtStart;
    let spent = 0;
    const boundaries = [0.2, 0.4, 0.6, 0.8, 1].map((fraction) => {
      const due = 2 * normalCdf(normalQuantile(0.0125) / Math.sqrt(fraction));
      const z = -normalQuantile(nominalLevel(paths, fraction, due - spent));
      spent += crossingProbability(paths, fraction, z);
      paths = pathsBelow(paths, fraction, z);
      return Number(z.toFixed(4));
    });
    expect(boundaries).toEqual([4.8769, 3.357, 2.6803, 2.2898, 2.031]);
  });
});

describe("a plan that changes on the way", () => {
  test("spends nothing until the fraction has risen again, and all at the end, as if the looks had been planned so", () => {
    const changed = createAlphaSpending({ alpha: 0.025, rho: 1 });
    const all = (level: number): number => level;
    // 20 of 40 pairs; then 80 turn out to fit.
    const first = changed.next(0.5, all, 20);
    expect(changed.next(30 / 80, all, 30)).toBe(0);
    const later = [changed.next(0.75, all, 60), changed.next(1, all, 80)];
    const planned = createAlphaSpending({ alpha: 0.025, rho: 1 });
    expect(first).toBeCloseTo(planned.next(0.5, all, 20), 12);
    expect(later[0]).toBeCloseTo(planned.next(0.75, all, 60), 6);
    expect(later[1]).toBeCloseTo(planned.next(1, all, 80), 6);
  });
});

describe("createAlphaSpending", () => {
  // scipy 1.10: the same levels from multivariate_normal.cdf of the looks' z, solved by brentq
  test.each([
    { alpha: 0.025, rho: 1, fractions: [0.25, 0.5, 1], levels: [0.00625, 0.00803849, 0.01609862] },
    { alpha: 0.025, rho: 3, fractions: [0.3, 0.6, 1], levels: [0.000675, 0.00501809, 0.02289827] },
    { alpha: 0.01, rho: 2, fractions: [0.2, 0.4, 0.9], levels: [0.0004, 0.00130593, 0.00701153] },
    { alpha: 0.05, rho: 2, fractions: [0.5, 0.52, 1], levels: [0.0125, 0.00939274, 0.0440799] },
  ])(
    "agrees with the multivariate normal distribution for $fractions",
    ({ alpha, rho, fractions, levels }) => {
      const spending = createAlphaSpending({ alpha, rho });
      for (const [i, fraction] of fractions.entries()) {
        expect(Math.abs(spending.next(fraction) - (levels[i] ?? 0))).toBeLessThan(3e-8);
      }
    },
  );

  test("spends all at once when the first look is the last", () => {
    expect(createAlphaSpending({ alpha: 0.01, rho: 2 }).next(1)).toBeCloseTo(0.01, 14);
    expect(createAlphaSpending({ alpha: 0.01, rho: 2 }).next(1.3)).toBeCloseTo(0.01, 14);
  });

  test("keeps for later looks what a look cannot use", () => {
    const plain = createAlphaSpending({ alpha: 0.05, rho: 2 });
    const kept = createAlphaSpending({ alpha: 0.05, rho: 2 });
    expect(plain.next(0.5)).toBeGreaterThan(0);
    expect(kept.next(0.5, () => 0)).toBe(0);
    expect(kept.next(1)).toBeCloseTo(0.05, 10);
    expect(plain.next(1)).toBeLessThan(0.045);
  });

  test("refuses a look at no more data than the last", () => {
    const spending = createAlphaSpending({ alpha: 0.05, rho: 2 });
    expect(() => spending.next(0)).toThrow("does not rise above the last, 0");
    spending.next(0.4);
    expect(() => spending.next(0.4)).toThrow("0.4 does not rise above the last, 0.4");
    spending.next(1);
    expect(() => spending.next(1.1)).toThrow("1.1 does not rise above the last, 1");
  });
});

describe("signed ranks looked at 8, 12, 18, 26, 40 and 60 pairs", () => {
  const looks = [8, 12, 18, 26, 40, 60];
  const alpha = 0.05;
  const runs = 3000;
  const sign = (random: Random): number => (random.next() < 0.5 ? -1 : 1);
  const normal = (random: Random): number => normalQuantile(random.next() + 2 ** -33);

  const distributions: readonly (readonly [string, (random: Random) => number])[] = [
    ["normal", normal],
    ["Laplace", (random) => sign(random) * random.exponential()],
    ["Cauchy", (random) => Math.tan(Math.PI * (random.next() - 0.5))],
    ["mixed", (random) => normal(random) * (random.next() < 0.1 ? 10 : 1) + 3 * sign(random)],
  ];

  const levelsOf = (attainable: (n: number, level: number) => number): readonly number[] => {
    const spending = createAlphaSpending({ alpha, rho: 2 });
    return looks.map((n) => spending.next(n / 60, (level) => attainable(n, level)));
  };
  const methods = [levelsOf((_, level) => level), levelsOf(attainableSignedRankLevel)];

  test.each(distributions)("alarm falsely no more often than alpha when values are %s", (_, draw) => {
    const random = createRandom(2026);
    const alarms = methods.map(() => 0);
    for (let run = 0; run < runs; run++) {
      const values = Array.from({ length: 60 }, () => draw(random));
      const tails = looks.map((n) => signedRankTail(values.slice(0, n), 0).above);
      for (const [i, levels] of methods.entries()) {
        if (tails.some((p, look) => p <= (levels[look] ?? 0))) alarms[i] = (alarms[i] ?? 0) + 1;
      }
    }
    const most = alpha * runs + 2.5 * Math.sqrt(alpha * runs);
    for (const count of alarms) expect(count).toBeLessThanOrEqual(most);
    // Nor is the test so timid that this says nothing.
    for (const count of alarms) expect(count).toBeGreaterThan((alpha * runs) / 2);
  });
});
