import type { Random } from "../../base/random.ts";
import type { Config } from "../../scenario/tuning.ts";
import type { Point, Space } from "../space/space.ts";
import type { WarmStart } from "./searcher.ts";

/** Where a search may go: the space, and of a warm search what lies within its reach. */
export interface Bounds {
  readonly space: Space;
  readonly isChoice: readonly boolean[];
  /** How many values each choice has; 0 for a number. */
  readonly values: readonly number[];
  readonly beginning: Config;
  /** The box of numbers around a point. A step of a number that is wider than the radius is within it. */
  around(point: Point, radius: number): Box;
  /** The allowed configuration at a point, or near it. */
  toConfig(point: Point, towards: Config): Config;
  /** A point drawn evenly from what is allowed; `choices` fixes those. */
  sample(random: Random): Point;
}

/** From where to where numbers may go; of choices the bounds are not used. */
export interface Box {
  readonly low: Float64Array;
  readonly high: Float64Array;
}

const rounding = 1e-9;

/** Makes the bounds of a search. */
export function createBounds(space: Space, warm: WarmStart | undefined): Bounds {
  const { params } = space;
  const beginning = warm?.from ?? space.defaults;
  const from = space.toPoint(beginning);
  const reach = warm?.reach ?? 1;
  const isChoice = params.map(({ type }) => type === "choice");
  const values = params.map((param) => (param.type === "choice" ? param.values.length : 0));
  const lowest = from.map((value) => Math.max(0, value - reach));
  const highest = from.map((value) => Math.min(1, value + reach));
  const isOutside = (value: number, i: number): boolean =>
    value < (lowest[i] ?? 0) - rounding || value > (highest[i] ?? 1) + rounding;

  /** Rounding to a step may lead out of reach: one step back, or else back to where the search began. */
  const drawnInside = (point: Point): Point =>
    point.map((value, i) => {
      const start = from[i] ?? 0;
      if (isChoice[i] || !isOutside(value, i)) return value;
      const back = value - Math.sign(value - start) * space.stepAt(i, value);
      return isOutside(back, i) ? start : back;
    });
  const toConfig = (point: Point, towards: Config): Config => {
    const wanted = space.toConfig(warm === undefined ? point : withChoicesOf(from, point), towards);
    if (warm === undefined) return wanted;
    const rounded = space.toPoint(wanted);
    if (!rounded.some((value, i) => !isChoice[i] && isOutside(value, i))) return wanted;
    const config = space.toConfig(drawnInside(rounded), beginning);
    return space.toPoint(config).some((value, i) => !isChoice[i] && isOutside(value, i)) ? beginning : config;
  };
  const withChoicesOf = (choices: Point, numbers: Point): Point =>
    numbers.map((value, i) => (isChoice[i] ? (choices[i] ?? 0) : value));

  return {
    space,
    isChoice,
    values: warm === undefined ? values : values.map((count) => Math.min(count, 1)),
    beginning,
    around: (point, radius) => {
      const wide = point.map((value, i) => Math.max(radius, space.stepAt(i, value)));
      return {
        low: point.map((value, i) => Math.max(lowest[i] ?? 0, value - (wide[i] ?? 0))),
        high: point.map((value, i) => Math.min(highest[i] ?? 1, value + (wide[i] ?? 0))),
      };
    },
    toConfig,
    sample: (random) => {
      if (warm === undefined) return space.toPoint(space.sample(random));
      const inside = from.map((value, i) => {
        const low = lowest[i] ?? 0;
        return isChoice[i] ? value : low + random.next() * ((highest[i] ?? 1) - low);
      });
      return space.toPoint(toConfig(inside, beginning));
    },
  };
}
