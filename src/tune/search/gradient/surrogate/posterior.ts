import { factorize, solveLower, solveUpper, type Triangle, triangleLength } from "./cholesky.ts";
import type { Kernel } from "./kernel.ts";
import type { Rows } from "./rows.ts";

/** What rows say under a kernel: the weights by which they count, and how likely they are. */
export interface Posterior {
  readonly factor: Triangle;
  /** K^-1 y. */
  readonly weights: Float64Array;
  /** ln of the likelihood of the values, but for a constant (Rasmussen and Williams, 2.30). */
  readonly likelihood: number;
}

/** Undefined where the rows' covariance is not positive definite, which only a kernel next to without noise brings about. */
export function posteriorOf(kernel: Kernel, rows: Rows): Posterior | undefined {
  const { count, values } = rows;
  const factor = covarianceOf(kernel, rows);
  if (!factorize(factor, count)) return undefined;
  const weights = values.slice();
  solveLower(factor, weights, count);
  let likelihood = 0;
  for (let i = 0; i < count; i++) {
    likelihood -= Math.log(factor[triangleLength(i) + i] ?? 1) + (weights[i] ?? 0) ** 2 / 2;
  }
  solveUpper(factor, weights, count);
  return { factor, weights, likelihood };
}

function covarianceOf(kernel: Kernel, { count, dims, points, times, noises }: Rows): Triangle {
  const matrix = new Float64Array(triangleLength(count));
  let at = 0;
  for (let i = 0; i < count; i++) {
    for (let j = 0; j <= i; j++) {
      const drift = kernel.driftCovariance(times[i] ?? 0, times[j] ?? 0);
      matrix[at++] = kernel.covariance(points, i * dims, points, j * dims) + drift;
    }
    matrix[at - 1] = (matrix[at - 1] ?? 0) + kernel.noise * (noises[i] ?? 1);
  }
  return matrix;
}
