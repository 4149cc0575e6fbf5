import type { Random } from "../../base/random.ts";
import { indexOfValue, toUnit, toValue } from "../../scenario/param-scale.ts";
import type { Config, Param, ParamConstraint, ParamValue } from "../../scenario/tuning.ts";

/**
 * A configuration in the search's own coordinates, one a parameter. Of a number: from 0 (`min`) to 1 (`max`), even on its
 * scale. Of a choice: the index of its value (0, 1, 2 ...), which has no order.
 */
export type Point = Float64Array;

/** What may be searched. */
export interface Space {
  readonly params: readonly Param[];
  /** What the scenario has before tuning; it satisfies the constraints. */
  readonly defaults: Config;
  toPoint(config: Config): Point;
  /**
   * The allowed configuration at a point, or near it: numbers are kept within their range and rounded to values that there
   * are. Where a constraint does not hold, it is drawn back on the straight line to `towards` (unless told: the defaults),
   * which must be allowed; its choices are kept where they are allowed with the numbers of `towards`.
   */
  toConfig(point: Point, towards?: Config): Config;
  isAllowed(config: Config): boolean;
  /** A text that two configurations share exactly where they are the same. */
  keyOf(config: Config): string;
  /** An allowed configuration, even over the space. */
  sample(random: Random): Config;
  /** How far in its coordinate a number must move at least, upwards from a point, to become another value; 0 of a real without a step. */
  stepAt(param: number, coordinate: number): number;
}

/** Makes a space. `params` were checked: ranges are not empty, defaults lie within them and satisfy the constraints. */
export function createSpace(params: readonly Param[], constraints: readonly ParamConstraint[]): Space {
  const defaults: Config = Object.fromEntries(params.map((param) => [param.name, param.default]));
  const isAllowed = (config: Config): boolean => constraints.every((constraint) => constraint.holds(config));
  const toPoint = (config: Config): Point =>
    Float64Array.from(params, (param) => coordinateOf(param, config[param.name] ?? param.default));
  const snap = (point: Point): Config =>
    Object.fromEntries(params.map((param, i) => [param.name, valueAt(param, point[i] ?? 0)]));
  const toConfig = (point: Point, towards: Config = defaults): Config => {
    const wanted = snap(point);
    if (isAllowed(wanted)) return wanted;
    const safe = toPoint(towards);
    const ownChoices = params.map((param, i) => (param.type === "choice" ? point[i] : safe[i]) ?? 0);
    const keepsChoices = isAllowed(snap(Float64Array.from(ownChoices)));
    return (
      drawnBack(point, safe, (at) => {
        const mixed = params.map((param, i) =>
          param.type === "choice" ? ((keepsChoices ? point[i] : safe[i]) ?? 0) : (at[i] ?? 0),
        );
        const config = snap(Float64Array.from(mixed));
        return isAllowed(config) ? config : undefined;
      }) ?? towards
    );
  };
  return {
    params,
    defaults,
    toPoint,
    toConfig,
    isAllowed,
    keyOf: (config) => JSON.stringify(params.map(({ name }) => config[name])),
    sample: (random) => {
      const point = (): Point =>
        Float64Array.from(params, (param) =>
          param.type === "choice" ? random.integer(param.values.length) : random.next(),
        );
      for (let attempt = 0; attempt < sampleAttempts; attempt++) {
        const config = snap(point());
        if (isAllowed(config)) return config;
      }
      return toConfig(point());
    },
    stepAt: (i, coordinate) => {
      const param = params[i];
      if (param === undefined || param.type === "choice") return 0;
      const value = toValue(param, coordinate);
      const step = param.step ?? (param.type === "int" ? 1 : 0);
      return step === 0 ? 0 : Math.abs(toUnit(param, value + step) - toUnit(param, value));
    },
  };
}

/** Before a sample is drawn back, which crowds the edges. */
const sampleAttempts = 200;

function coordinateOf(param: Param, value: ParamValue): number {
  return param.type === "choice" ? indexOfValue(param, value) : toUnit(param, Number(value));
}

function valueAt(param: Param, coordinate: number): ParamValue {
  if (param.type !== "choice") return toValue(param, coordinate);
  return param.values[Math.round(coordinate)] ?? param.default;
}

/** The farthest point from `safe` towards `point` at which `tryAt` gives something, to 1 / 256 of the way. */
function drawnBack(point: Point, safe: Point, tryAt: (at: Point) => Config | undefined): Config | undefined {
  let found: Config | undefined;
  let [low, high] = [0, 1];
  for (let halving = 0; halving < 8; halving++) {
    const share = (low + high) / 2;
    const config = tryAt(point.map((value, i) => (safe[i] ?? 0) + share * (value - (safe[i] ?? 0))));
    if (config === undefined) high = share;
    else [low, found] = [share, config];
  }
  return found;
}
