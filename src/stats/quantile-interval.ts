import { binomialQuantile } from "./binomial.ts";
import type { LatencyHistogram } from "./histogram.ts";

const outside = 0.025;

/**
 * A 95 % interval of a quantile, for any distribution: the number of samples below the true quantile is binomial, so
 * two order statistics enclose it (Conover, Practical Nonparametric Statistics, 3.2). In microseconds. Undefined
 * where there are too few samples for its upper end.
 *
 * It takes the samples as independent; latencies that follow one another closely are not, so it is a lower bound of
 * the doubt.
 */
export function quantileInterval(
  histogram: LatencyHistogram,
  q: number,
): readonly [number, number] | undefined {
  const n = histogram.count;
  if (n < samplesForQuantile(q)) return undefined;
  const low = Math.max(1, binomialQuantile(outside, n, q));
  const high = binomialQuantile(1 - outside, n, q) + 1;
  if (high > n) return undefined;
  return [histogram.quantile(low / n), histogram.quantile(high / n)];
}

/**
 * The fewest samples from which a quantile has a 95 % interval: the largest sample must lie above it with 97.5 %, so
 * q^n <= 0.025. 6 for the median, 368 for p99, 3688 for p99.9.
 */
export function samplesForQuantile(q: number): number {
  return q <= 0 || q >= 1 ? 1 : Math.ceil(Math.log(outside) / Math.log(q));
}
