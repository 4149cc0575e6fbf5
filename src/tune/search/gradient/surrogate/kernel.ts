import type { Point } from "../../../space/space.ts";

/** What the coordinates are. */
export interface Coordinates {
  /** A choice has no distances: two of its values are equal or not. */
  readonly isChoice: readonly boolean[];
  /** Where the search began: the quadratic part is around it. */
  readonly origin: Point;
}

/** What a kernel is made of, as natural logarithms, at these places; then a length-scale for each coordinate. */
export const theta = { signal: 0, quadratic: 1, drift: 2, driftTime: 3, noise: 4, lengths: 5 } as const;

/** How alike the objective is at two points: the covariance of its values there. */
export interface Kernel {
  /** The variance of the noise of a row of length 1. */
  readonly noise: number;
  /** Between the points that begin at `i` in `a` and at `j` in `b`. */
  covariance(a: Float64Array, i: number, b: Float64Array, j: number): number;
  /** The same between `point` and the one that begins at `j` in `b`; its slopes by the coordinates of `point` go to `slopes` from `at` on. */
  covarianceAndSlopes(point: Point, b: Float64Array, j: number, slopes: Float64Array, at: number): number;
  /** The covariance of what has drifted at two times, of which 0 to 1 is the whole budget. */
  driftCovariance(one: number, other: number): number;
  /** The slope of the variance at `point` itself, as the point moves along a coordinate. */
  varianceSlope(point: Point, coordinate: number): number;
  /** The variance of the objective's slope along a coordinate. */
  slopeVariance(point: Point, coordinate: number): number;
}

/** Two values of a choice that both differ from the origin's, and are the same, are as far out as a number by a third of its range. */
const choiceProduct = 0.1;
const root5 = Math.sqrt(5);

/**
 * A smooth part (Matern 5/2 with a length-scale for each coordinate; Rasmussen and Williams, Gaussian Processes for
 * Machine Learning, 4.2), which may be of any shape, and a quadratic one, p2 (1 + 4 u.u')^2, which sees the whole range as
 * one bowl: p2 is exp(theta[quadratic]). Drift is an Ornstein-Uhlenbeck process.
 */
export function createKernel({ isChoice, origin }: Coordinates, logs: Float64Array): Kernel {
  const dims = origin.length;
  const part = (place: number): number => Math.exp(logs[place] ?? 0);
  const signal = part(theta.signal);
  const quadratic = part(theta.quadratic);
  const drift = part(theta.drift);
  const driftRate = 1 / part(theta.driftTime);
  const inverse = Float64Array.from(origin, (_, i) => part(theta.lengths + i) ** -2);
  const chosen = Uint8Array.from(isChoice, Number);
  let square = 0;
  let product = 0;

  const compare = (a: Float64Array, i: number, b: Float64Array, j: number): void => {
    square = 0;
    product = 0;
    for (let dim = 0; dim < dims; dim++) {
      const x = a[i + dim] ?? 0;
      const y = b[j + dim] ?? 0;
      const begun = origin[dim] ?? 0;
      if (chosen[dim] === 0) {
        square += (x - y) * (x - y) * (inverse[dim] ?? 0);
        product += (x - begun) * (y - begun);
      } else if (x !== y) square += inverse[dim] ?? 0;
      else if (x !== begun) product += choiceProduct;
    }
  };
  const covarianceHere = (): number => {
    const far = root5 * Math.sqrt(square);
    const bowl = 1 + 4 * product;
    return signal * (1 + far + (far * far) / 3) * Math.exp(-far) + quadratic * bowl * bowl;
  };
  const offset = (point: Point, dim: number): number => (point[dim] ?? 0) - (origin[dim] ?? 0);

  return {
    noise: part(theta.noise),
    covariance: (a, i, b, j) => {
      compare(a, i, b, j);
      return covarianceHere();
    },
    covarianceAndSlopes: (point, b, j, slopes, at) => {
      compare(point, 0, b, j);
      const far = root5 * Math.sqrt(square);
      const smooth = -(5 / 3) * signal * (1 + far) * Math.exp(-far);
      const bowl = 8 * quadratic * (1 + 4 * product);
      for (let dim = 0; dim < dims; dim++) {
        const y = b[j + dim] ?? 0;
        slopes[at + dim] =
          chosen[dim] === 0
            ? smooth * ((point[dim] ?? 0) - y) * (inverse[dim] ?? 0) + bowl * (y - (origin[dim] ?? 0))
            : 0;
      }
      return covarianceHere();
    },
    driftCovariance: (one, other) => drift * Math.exp(-Math.abs(one - other) * driftRate),
    varianceSlope: (point, dim) => {
      if (chosen[dim] === 1) return 0;
      compare(point, 0, point, 0);
      return 16 * quadratic * (1 + 4 * product) * offset(point, dim);
    },
    slopeVariance: (point, dim) => {
      if (chosen[dim] === 1) return 0;
      compare(point, 0, point, 0);
      const smooth = (5 / 3) * signal * (inverse[dim] ?? 0);
      return smooth + quadratic * (8 * (1 + 4 * product) + 32 * offset(point, dim) ** 2);
    },
  };
}
