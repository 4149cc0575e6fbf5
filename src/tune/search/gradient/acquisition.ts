import type { Point } from "../../space/space.ts";
import type { Beliefs } from "./beliefs.ts";
import { type BeliefHere, createBeliefHere, type Surrogate } from "./surrogate/surrogate.ts";

/**
 * What makes a point worth measuring: the less, the better. Its slopes along the coordinates go to `slopes`.
 */
export type Acquisition = (point: Point, slopes: Float64Array) => number;

/** How dear it is to miss a target, and how far below it to stay, in standard deviations. */
const penalty = 4;
const margin = 0.8;
/** How dear it is to ask twice for the same in one block, and how far apart two points are to be. */
const repulsion = 0.08;
const apart = 0.12;

/** m - k s, with a penalty for missing targets; `others` are points of the same block, which it keeps away from. */
export function createAcquisition(
  { score, misses }: Beliefs,
  k: number,
  others: readonly Point[],
  dims: number,
): Acquisition {
  const here = createBeliefHere(dims);
  return (point, slopes) => {
    score.look(point, here);
    let value = here.mean - k * here.sd;
    for (let dim = 0; dim < dims; dim++) {
      slopes[dim] = (here.meanSlopes[dim] ?? 0) - k * (here.sdSlopes[dim] ?? 0);
    }
    for (const miss of misses) value += addPenalty(miss, point, here, slopes);
    for (const other of others) value += addRepulsion(other, point, slopes);
    return value;
  };
}

/** What the beliefs say of a point without any wish to learn: its mean, with the penalty for missing targets. */
export function meritOf({ score, misses }: Beliefs, point: Point): number {
  return misses.reduce((merit, miss) => {
    const { mean, sd } = miss.at(point);
    return merit + penalty * Math.max(0, mean + margin * sd);
  }, score.at(point).mean);
}

function addPenalty(miss: Surrogate, point: Point, here: BeliefHere, slopes: Float64Array): number {
  miss.look(point, here);
  const excess = here.mean + margin * here.sd;
  if (excess <= 0) return 0;
  for (let dim = 0; dim < slopes.length; dim++) {
    const slope = (here.meanSlopes[dim] ?? 0) + margin * (here.sdSlopes[dim] ?? 0);
    slopes[dim] = (slopes[dim] ?? 0) + penalty * slope;
  }
  return penalty * excess;
}

function addRepulsion(other: Point, point: Point, slopes: Float64Array): number {
  let square = 0;
  for (let dim = 0; dim < slopes.length; dim++) square += ((point[dim] ?? 0) - (other[dim] ?? 0)) ** 2;
  const value = repulsion * Math.exp(-square / (2 * apart * apart));
  for (let dim = 0; dim < slopes.length; dim++) {
    const away = (point[dim] ?? 0) - (other[dim] ?? 0);
    slopes[dim] = (slopes[dim] ?? 0) - (value * away) / (apart * apart);
  }
  return value;
}
