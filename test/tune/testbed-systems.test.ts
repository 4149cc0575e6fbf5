import { describe, expect, test } from "vitest";
import { allSystems } from "../../bench/tune/systems/all-systems.ts";
import { errorCliff } from "../../bench/tune/systems/error-cliff.ts";
import { littleToGain } from "../../bench/tune/systems/little-to-gain.ts";
import { nothingToGain } from "../../bench/tune/systems/nothing-to-gain.ts";
import { isFeasible, optimumOf } from "../../bench/tune/systems/optimum.ts";
import { throughputCliff } from "../../bench/tune/systems/throughput-cliff.ts";
import { wholeEngine } from "../../bench/tune/systems/whole-engine.ts";
import { createRandom } from "../../src/base/random.ts";
import type { Config } from "../../src/scenario/tuning.ts";

function samplesOf({ space }: (typeof allSystems)[number], count: number): Config[] {
  const random = createRandom(99);
  return Array.from({ length: count }, () => space.sample(random));
}

describe.each(allSystems.map((system) => [system.name, system] as const))(
  "the system with %s",
  (_, system) => {
    const { space, targets } = system;

    test("has 2 to 8 knobs, and a default that is allowed and meets the targets", () => {
      expect(space.params.length).toBeGreaterThanOrEqual(2);
      expect(space.params.length).toBeLessThanOrEqual(8);
      expect(space.isAllowed(space.defaults)).toBe(true);
      expect(isFeasible(system, space.defaults)).toBe(true);
    });

    test("gives a finite score and a miss for each target, everywhere and always the same", () => {
      for (const config of samplesOf(system, 300)) {
        const misses = system.misses(config);
        expect(misses).toHaveLength(targets.length);
        expect([system.score(config), ...misses].every(Number.isFinite)).toBe(true);
        expect(system.score({ ...config })).toBe(system.score(config));
      }
    });

    test("has an optimum that meets the targets and that no sample is better than, nor a neighbour", () => {
      const { config, score } = optimumOf(system);
      expect(space.isAllowed(config)).toBe(true);
      expect(isFeasible(system, config)).toBe(true);
      expect(system.score(config)).toBe(score);
      const point = space.toPoint(config);
      const neighbours = space.params.flatMap(({ type }, i) =>
        (type === "choice" ? [0, 1, 2] : [-0.03, -0.01, 0.01, 0.03].map((by) => (point[i] ?? 0) + by)).map(
          (value) => space.toConfig(point.with(i, value), config),
        ),
      );
      const better = [...samplesOf(system, 2000), ...neighbours].filter(
        (other) => isFeasible(system, other) && system.score(other) < score - 0.002,
      );
      expect(better).toEqual([]);
    });

    test("can be improved by a good part, unless it says that it cannot", () => {
      const gain = 1 - Math.exp(optimumOf(system).score - system.score(space.defaults));
      if (system === nothingToGain) expect(gain).toBe(0);
      else if (system === littleToGain) expect(gain).toBeCloseTo(0.07, 2);
      else expect(gain).toBeGreaterThan(0.4);
    });
  },
);

test.each([["error", errorCliff] as const, ["throughput", throughputCliff] as const])(
  "the %s cliff hides settings that would be better than the optimum",
  (_, system) => {
    const { config, score } = optimumOf(system);
    const { space } = system;
    const random = createRandom(7);
    const near = Array.from({ length: 500 }, () =>
      space.toConfig(space.toPoint(config).map((value) => value + 0.2 * (random.next() - 0.5))),
    );
    const tempting = near.filter((other) => !isFeasible(system, other) && system.score(other) < score);
    expect(tempting.length).toBeGreaterThan(10);
  },
);

test("an engine that is overloaded is 10 to 200 times slower than it could be", () => {
  const { score } = optimumOf(wholeEngine);
  const factors = samplesOf(wholeEngine, 2000).map((config) => Math.exp(wholeEngine.score(config) - score));
  expect(factors.filter((factor) => factor > 10).length).toBeGreaterThan(400);
  expect(factors.filter((factor) => factor > 100).length).toBeGreaterThan(20);
});
