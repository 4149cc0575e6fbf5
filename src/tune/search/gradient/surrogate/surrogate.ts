import type { Point } from "../../../space/space.ts";
import { solveLower, solveUpper } from "./cholesky.ts";
import type { Kernel } from "./kernel.ts";
import type { Posterior } from "./posterior.ts";
import type { Rows } from "./rows.ts";

/** A normal distribution. */
export interface Belief {
  readonly mean: number;
  readonly sd: number;
}

/** A belief, and how it changes along each coordinate (0 along a choice). One object, written anew by each look. */
export interface BeliefHere {
  mean: number;
  sd: number;
  readonly meanSlopes: Float64Array;
  readonly sdSlopes: Float64Array;
}

/** What is believed of a function that was measured with noise at some points: a Gaussian process. Drift and noise are left out. */
export interface Surrogate {
  /** What is believed at a point, into `here`. */
  look(point: Point, here: BeliefHere): void;
  at(point: Point): Belief;
  /** By how much the function is larger at a point than at another one. */
  difference(point: Point, other: Point): Belief;
  /** The slope along a coordinate. */
  slope(point: Point, coordinate: number): Belief;
}

/** Room for a look. */
export function createBeliefHere(dims: number): BeliefHere {
  return { mean: 0, sd: 0, meanSlopes: new Float64Array(dims), sdSlopes: new Float64Array(dims) };
}

/** Below it a variance is rounding. */
const leastVariance = 1e-12;

/** Makes a surrogate from what the rows say under a kernel (Rasmussen and Williams, 2.25 and 9.4). */
export function createSurrogate(kernel: Kernel, rows: Rows, posterior: Posterior): Surrogate {
  const { count, dims, points } = rows;
  const { factor, weights } = posterior;
  const toRows = new Float64Array(count);
  const slopesToRows = new Float64Array(count * dims);
  const slopes = new Float64Array(dims);

  /** Of a function of the objective with these covariances to the rows, and this variance before any was measured. */
  const beliefOf = (covariances: Float64Array, variance: number): Belief => {
    let mean = 0;
    for (let j = 0; j < count; j++) mean += (covariances[j] ?? 0) * (weights[j] ?? 0);
    solveLower(factor, covariances, count);
    let left = variance;
    for (let j = 0; j < count; j++) left -= (covariances[j] ?? 0) ** 2;
    return { mean, sd: Math.sqrt(Math.max(leastVariance, left)) };
  };
  const at = (point: Point): Belief => {
    for (let j = 0; j < count; j++) toRows[j] = kernel.covariance(point, 0, points, j * dims);
    return beliefOf(toRows, kernel.covariance(point, 0, point, 0));
  };

  return {
    at,
    look: (point, here) => {
      for (let j = 0; j < count; j++) {
        toRows[j] = kernel.covarianceAndSlopes(point, points, j * dims, slopesToRows, j * dims);
      }
      const { mean, sd } = beliefOf(toRows, kernel.covariance(point, 0, point, 0));
      // The lower half of the solution is there already: with the upper half it is K^-1 k.
      solveUpper(factor, toRows, count);
      here.mean = mean;
      here.sd = sd;
      for (let dim = 0; dim < dims; dim++) {
        let meanSlope = 0;
        let explained = 0;
        for (let j = 0; j < count; j++) {
          const slope = slopesToRows[j * dims + dim] ?? 0;
          meanSlope += slope * (weights[j] ?? 0);
          explained += slope * (toRows[j] ?? 0);
        }
        here.meanSlopes[dim] = meanSlope;
        here.sdSlopes[dim] = (kernel.varianceSlope(point, dim) / 2 - explained) / sd;
      }
    },
    difference: (point, other) => {
      for (let j = 0; j < count; j++) {
        toRows[j] =
          kernel.covariance(point, 0, points, j * dims) - kernel.covariance(other, 0, points, j * dims);
      }
      const own = kernel.covariance(point, 0, point, 0) + kernel.covariance(other, 0, other, 0);
      return beliefOf(toRows, own - 2 * kernel.covariance(point, 0, other, 0));
    },
    slope: (point, coordinate) => {
      for (let j = 0; j < count; j++) {
        kernel.covarianceAndSlopes(point, points, j * dims, slopes, 0);
        toRows[j] = slopes[coordinate] ?? 0;
      }
      return beliefOf(toRows, kernel.slopeVariance(point, coordinate));
    },
  };
}
