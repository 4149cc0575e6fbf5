import { inverseDiagonal } from "./cholesky.ts";
import type { Posterior } from "./posterior.ts";
import type { Rows } from "./rows.ts";

/** So many standard deviations above what all other rows foretell, a row is an outlier. */
const outlying = 3;

/**
 * The rows with the noise of outliers made as large as they are out: by the square of how many standard deviations a value
 * is above what the others foretell (leave one out; Rasmussen and Williams, 5.12). Only above: what disturbs a measurement
 * makes it slower. The same rows where there are no outliers.
 */
export function widenOutliers(rows: Rows, { factor, weights }: Posterior): Rows {
  const precisions = inverseDiagonal(factor, rows.count);
  let found = false;
  const noises = rows.noises.map((noise, i) => {
    const deviations = (weights[i] ?? 0) / Math.sqrt(precisions[i] ?? 1);
    if (deviations <= outlying) return noise;
    found = true;
    return noise * deviations ** 2;
  });
  return found ? { ...rows, noises } : rows;
}
