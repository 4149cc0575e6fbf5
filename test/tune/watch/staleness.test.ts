import { expect, test } from "vitest";
import { createRandom } from "../../../src/base/random.ts";
import type { Config } from "../../../src/scenario/tuning.ts";
import type { SlopeReading } from "../../../src/tune/watch/probe.ts";
import { createStaleness, type Staleness } from "../../../src/tune/watch/staleness.ts";
import { watchedSpace } from "../../support/watched-system.ts";

interface Slope {
  /** By how much the score rises with `batch` and `depth` in a probe. */
  readonly rises: readonly [number, number];
  readonly bend?: number;
  readonly noise?: number;
}

/** What is told within so many probes, and by which one. */
function told(staleness: Staleness, probes: number, { rises, bend = 0, noise = 0 }: Slope): unknown {
  const random = createRandom(11);
  const draw = (): number => (random.next() + random.next() - 1) * noise;
  for (let probe = 1; probe <= probes; probe++) {
    const signs = rises.map(() => (random.next() < 0.5 ? -1 : 1));
    const slope = signs.reduce((sum, sign, i) => sum + sign * (rises[i] ?? 0), 0);
    const reading: SlopeReading = { difference: slope + draw(), signs, bend: bend + draw() };
    const sign = staleness.take(reading);
    if (sign !== undefined) return { probe, ...sign };
  }
  return undefined;
}

const within = (config: Config): Staleness => createStaleness(watchedSpace, config, 2000);

test("a slope is told by its parameter and the way that is better, within 30 probes", () => {
  const rising = told(within(watchedSpace.defaults), 30, { rises: [0, 1], noise: 0.5 });
  expect(rising).toMatchObject({ way: { param: "depth", towards: "lower" } });
  const falling = told(within(watchedSpace.defaults), 30, { rises: [-1, 0], noise: 0.5 });
  expect(falling).toMatchObject({ way: { param: "batch", towards: "higher" } });
});

test("a slope that leads out of the range is none, and one back into it is", () => {
  const atEnd = { batch: 64, depth: 1024 };
  const staleness = within(atEnd);
  expect(told(staleness, 40, { rises: [0, -1] })).toBeUndefined();
  expect(told(within(atEnd), 30, { rises: [0, 1] })).toMatchObject({
    way: { param: "depth", towards: "lower" },
  });
});

test("where both neighbours are better, it is told without a way; where both are worse, nothing is", () => {
  const better = told(within(watchedSpace.defaults), 30, { rises: [0, 0], bend: 1, noise: 0.5 });
  expect(better).toEqual({ probe: expect.any(Number) });
  expect(told(within(watchedSpace.defaults), 200, { rises: [0, 0], bend: -1, noise: 0.5 })).toBeUndefined();
});

test("the evidence rises to 1, where it is told", () => {
  const staleness = within(watchedSpace.defaults);
  expect(staleness.evidence()).toBe(0);
  told(staleness, 5, { rises: [1, 0] });
  expect(staleness.evidence()).toBeGreaterThan(0.2);
  expect(staleness.evidence()).toBeLessThan(1);
  told(staleness, 40, { rises: [1, 0] });
  expect(staleness.evidence()).toBe(1);
});
