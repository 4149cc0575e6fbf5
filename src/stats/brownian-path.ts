import { normalCdf } from "./normal.ts";

/**
 * Where the paths of a Brownian motion are that have not crossed a boundary at any look so far: points, and the
 * probability that stands for each of them. They add up to less than 1 by what has crossed.
 */
export interface Paths {
  /** The time of the last look: information, in any unit; 0 at the start. */
  readonly information: number;
  readonly points: Float64Array;
  readonly masses: Float64Array;
}

/** All paths start at 0. */
export const pathsAtStart: Paths = {
  information: 0,
  points: Float64Array.of(0),
  masses: Float64Array.of(1),
};

/** Beyond so many standard deviations below 0 there is nothing to integrate. */
const depth = 8;
/** Even, for Simpson's rule. Crossing probabilities are right to 1e-7 where looks are a fiftieth of the data apart. */
const intervals = 400;

/** The probability to have not crossed before and to be at or above `z` standard deviations at a look. */
export function crossingProbability(paths: Paths, information: number, z: number): number {
  const scale = Math.sqrt(information - paths.information);
  const boundary = z * Math.sqrt(information);
  let sum = 0;
  for (const [i, mass] of paths.masses.entries()) {
    sum += mass * normalCdf(((paths.points[i] ?? 0) - boundary) / scale);
  }
  return sum;
}

/**
 * The paths that are below `z` standard deviations at a look too, by the recursion of Armitage, McPherson and Rowe
 * (Repeated significance tests on accumulating data, JRSS A 1969; Jennison and Turnbull, Group Sequential Methods,
 * chapter 19), integrated by Simpson's rule.
 */
export function pathsBelow(paths: Paths, information: number, z: number): Paths {
  const deviation = Math.sqrt(information);
  const lowest = -depth * deviation;
  const step = (Math.min(z, depth) * deviation - lowest) / intervals;
  const points = Float64Array.from({ length: intervals + 1 }, (_, i) => lowest + i * step);
  const masses = points.map((point, i) => (simpson(i) * step * density(paths, information, point)) / 3);
  return { information, points, masses };
}

/** The subdensity of the paths at a later time. */
function density(paths: Paths, information: number, point: number): number {
  const variance = information - paths.information;
  let sum = 0;
  for (let i = 0; i < paths.points.length; i++) {
    const away = point - (paths.points[i] ?? 0);
    sum += (paths.masses[i] ?? 0) * Math.exp((-away * away) / (2 * variance));
  }
  return sum / Math.sqrt(2 * Math.PI * variance);
}

function simpson(i: number): number {
  if (i === 0 || i === intervals) return 1;
  return i % 2 === 0 ? 2 : 4;
}
