import type { Point } from "../../space/space.ts";
import type { Beliefs } from "./beliefs.ts";
import { type BeliefHere, createBeliefHere, type Surrogate } from "./surrogate/surrogate.ts";

/**
 * What makes a point worth measuring: the less, the better. Its slopes along the coordinates go to `slopes`.
 */
export type Acquisition = (point: Point, slopes: Float64Array) => number;

/** How dear it is to miss a target, and how far below it to stay, in standard deviations. */
const penalty = 4;
const safeMargin = 0.8;
/** How dear it is to ask twice for the same in one block, and how far apart two points are to be. */
const repulsion = 0.08;
const apart = 0.12;

/** What is wished for. */
interface Wish {
  /** How many standard deviations are taken off the mean, for what may be learnt. */
  readonly curiosity: number;
  /** How many standard deviations below a target to stay. Unless told, on the safe side. */
  readonly margin?: number;
  /** Points of the same block, from which it keeps away. */
  readonly others?: readonly Point[];
}

/** The mean less so many standard deviations, with a penalty for missing targets. */
export function createAcquisition(
  { score, misses, dims }: Beliefs,
  { curiosity, margin = safeMargin, others = [] }: Wish,
): Acquisition {
  const here = createBeliefHere(dims);
  return (point, slopes) => {
    score.look(point, here);
    let value = here.mean - curiosity * here.sd;
    for (let dim = 0; dim < dims; dim++) {
      slopes[dim] = (here.meanSlopes[dim] ?? 0) - curiosity * (here.sdSlopes[dim] ?? 0);
    }
    for (const miss of misses) value += addPenalty(miss, point, margin, here, slopes);
    for (const other of others) value += addRepulsion(other, point, slopes);
    return value;
  };
}

/** What the beliefs say of a point without any wish to learn: its mean, with the penalty for missing targets. */
export function meritOf({ score, misses }: Beliefs, point: Point): number {
  return misses.reduce((merit, miss) => {
    const { mean, sd } = miss.at(point);
    return merit + penalty * Math.max(0, mean + safeMargin * sd);
  }, score.at(point).mean);
}

function addPenalty(
  miss: Surrogate,
  point: Point,
  margin: number,
  here: BeliefHere,
  slopes: Float64Array,
): number {
  // Most points are far from missing it, and need no slopes.
  const there = miss.at(point);
  if (there.mean + margin * there.sd <= 0) return 0;
  miss.look(point, here);
  const excess = here.mean + margin * here.sd;
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
