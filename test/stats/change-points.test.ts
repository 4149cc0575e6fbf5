import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRandom, type Random } from "../../src/base/random.ts";
import { findChangePoints } from "../../src/stats/change-points.ts";
import { bestSplit } from "../../src/stats/energy-split.ts";
import { normalQuantile } from "../../src/stats/normal.ts";

const noise = (random: Random): number => normalQuantile(random.next() + 2 ** -33);

/** A series of these levels, each for so many points, with noise of standard deviation 1. */
function series(random: Random, ...levels: readonly (readonly [number, number])[]): readonly number[] {
  return levels.flatMap(([level, points]) => Array.from({ length: points }, () => level + noise(random)));
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** The energy statistic as its definition reads: means of distances, pair by pair. */
function energyByDefinition(before: readonly number[], after: readonly number[]): number {
  const within = (values: readonly number[]): number =>
    mean(values.flatMap((x, i) => values.slice(0, i).map((y) => Math.abs(x - y))));
  const across = mean(before.flatMap((x) => after.map((y) => Math.abs(x - y))));
  const scale = (before.length * after.length) / (before.length + after.length);
  return scale * (2 * across - within(before) - within(after));
}

describe("bestSplit", () => {
  test("finds the largest energy statistic of all cuts and ends", () => {
    const values = fc.array(fc.double({ min: -9, max: 9, noNaN: true }), { minLength: 4, maxLength: 14 });
    fc.assert(
      fc.property(values, fc.integer({ min: 2, max: 3 }), (sample, minSegment) => {
        const energies: number[] = [];
        for (let cut = minSegment; cut <= sample.length - minSegment; cut++) {
          for (let end = cut + minSegment; end <= sample.length; end++) {
            energies.push(energyByDefinition(sample.slice(0, cut), sample.slice(cut, end)));
          }
        }
        const split = bestSplit(Float64Array.from(sample), minSegment);
        if (energies.length === 0) expect(split).toBeUndefined();
        else expect(split?.strength).toBeCloseTo(Math.max(...energies), 9);
      }),
    );
  });
});

describe("findChangePoints", () => {
  test("finds where the level changes", () => {
    const values = series(createRandom(1), [100, 20], [104, 15], [97, 30]);
    const found = findChangePoints(values, { seed: 1 });
    expect(found).toHaveLength(2);
    expect(Math.abs((found[0]?.index ?? 0) - 20)).toBeLessThanOrEqual(1);
    expect(Math.abs((found[1]?.index ?? 0) - 35)).toBeLessThanOrEqual(1);
    for (const { p } of found) expect(p).toBeLessThanOrEqual(0.05);
  });

  test("finds both ends of a level that lasts for a while", () => {
    const values = series(createRandom(2), [100, 80], [106, 10], [100, 60]);
    expect(findChangePoints(values, { seed: 1 }).map(({ index }) => index)).toEqual([80, 90]);
  });

  test("finds that ten losses of 1 % in a row, each as large as the noise, have changed a series", () => {
    for (let seed = 0; seed < 20; seed++) {
      const levels = Array.from({ length: 11 }, (_, step) => [100 - step, 5] as const);
      const found = findChangePoints(series(createRandom(seed), ...levels), { seed });
      expect(found.length).toBeGreaterThanOrEqual(1);
    }
  });

  test("finds a change in a short history", () => {
    const found = findChangePoints(series(createRandom(4), [100, 6], [95, 4]), { seed: 1 });
    expect(found.map(({ index }) => index)).toEqual([6]);
  });

  test.each([15, 100])("finds a change in no more than 5 % of flat noisy series of %s values", (length) => {
    const random = createRandom(8);
    const runs = 400;
    let alarms = 0;
    for (let seed = 0; seed < runs; seed++) {
      if (findChangePoints(series(random, [100, length]), { seed }).length > 0) alarms++;
    }
    expect(alarms).toBeLessThanOrEqual(0.05 * runs + 2.5 * Math.sqrt(0.05 * runs));
  });

  test("says the same again for the same seed", () => {
    const values = series(createRandom(5), [100, 12], [101, 12], [103, 12]);
    expect(findChangePoints(values, { seed: 9 })).toEqual(findChangePoints(values, { seed: 9 }));
  });

  test("finds nothing in a series that is constant, or too short", () => {
    expect(
      findChangePoints(
        Array.from({ length: 40 }, () => 0.1),
        { seed: 1 },
      ),
    ).toEqual([]);
    expect(findChangePoints([1, 2, 3, 90, 91], { seed: 1 })).toEqual([]);
    expect(findChangePoints([], { seed: 1 })).toEqual([]);
  });
});
