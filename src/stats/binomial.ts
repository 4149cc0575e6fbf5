import { normalQuantile } from "./normal.ts";

/** Above this variance the normal approximation is off by less than one in the quantiles that are asked for here. */
const normalVariance = 100;

/**
 * The smallest k with P(X <= k) >= probability, for X binomial of n trials with chance p: summed exactly where the
 * variance is small, else by the normal approximation with the Cornish-Fisher correction for skewness.
 */
export function binomialQuantile(probability: number, n: number, p: number): number {
  if (n * p * (1 - p) > normalVariance) return normalQuantileOf(probability, n, p);
  // Counted from the side on which little happens, where the first probability does not underflow.
  if (p <= 0.5) return summed(probability, n, p);
  return n - summed(1 - probability, n, 1 - p, true);
}

/** With `strict`, the smallest k with P(X <= k) > probability. */
function summed(probability: number, n: number, p: number, strict = false): number {
  let term = Math.exp(n * Math.log1p(-p));
  let sum = term;
  let k = 0;
  const isBelow = (): boolean => (strict ? sum <= probability : sum < probability);
  while (isBelow() && k < n) {
    term *= ((n - k) / (k + 1)) * (p / (1 - p));
    sum += term;
    k++;
  }
  return k;
}

function normalQuantileOf(probability: number, n: number, p: number): number {
  const deviation = Math.sqrt(n * p * (1 - p));
  const skewness = (1 - 2 * p) / deviation;
  const z = normalQuantile(probability);
  const corrected = z + (skewness * (z * z - 1)) / 6;
  return Math.min(n, Math.max(0, Math.ceil(n * p + deviation * corrected - 0.5)));
}
