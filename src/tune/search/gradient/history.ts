import type { Config } from "../../../scenario/tuning.ts";
import { medianOf } from "../../../stats/median.ts";
import type { Point, Space } from "../../space/space.ts";
import type { Arm, ArmOutcome } from "../searcher.ts";

/** One measurement of a configuration. */
export interface Measurement {
  readonly at: Measured;
  /** When, as a share of the budget. */
  readonly time: number;
  readonly length: number;
  readonly score: number | undefined;
  readonly misses: readonly number[];
}

/** A configuration that was measured. */
export interface Measured {
  readonly config: Config;
  /** Where it lies after rounding. */
  readonly point: Point;
  times: number;
  /** Whether it ever did not work. */
  isBroken: boolean;
}

/** Everything that was measured. */
export interface History {
  readonly measurements: readonly Measurement[];
  /** Each once, in the order in which they came. */
  readonly configs: readonly Measured[];
  /** The score that others are held against: the beginning's typical one; the least one where it never worked. */
  base(): number;
  has(config: Config): boolean;
  add(arm: Arm, outcome: ArmOutcome, time: number, length: number): void;
}

/** Makes an empty history of a search that began with a configuration. */
export function createHistory(space: Space, beginning: Config): History {
  const measurements: Measurement[] = [];
  const byKey = new Map<string, Measured>();
  const configs: Measured[] = [];
  const beginningKey = space.keyOf(beginning);
  const placeOf = (config: Config): Measured => {
    const key = space.keyOf(config);
    const known = byKey.get(key);
    if (known !== undefined) return known;
    const measured = { config, point: space.toPoint(config), times: 0, isBroken: false };
    byKey.set(key, measured);
    configs.push(measured);
    return measured;
  };
  const scoresOf = (of: Measured | undefined): number[] =>
    measurements.flatMap(({ at, score }) =>
      score !== undefined && (of === undefined || at === of) ? score : [],
    );

  return {
    measurements,
    configs,
    base: () => {
      const own = scoresOf(byKey.get(beginningKey));
      if (own.length > 0) return medianOf(own);
      const least = Math.min(...scoresOf(undefined));
      return Number.isFinite(least) ? least : 0;
    },
    has: (config) => byKey.has(space.keyOf(config)),
    add: ({ config }, { score, misses }, time, length) => {
      const at = placeOf(config);
      at.times++;
      if (score === undefined) at.isBroken = true;
      measurements.push({ at, time, length, score, misses });
    },
  };
}
