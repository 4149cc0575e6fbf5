import type { MetricVerdict } from "../../measure/comparison.ts";

/** Where the worsening of a metric lies: as `PairMetric.worse` counts, above 0 is worse. */
export interface Bounds {
  readonly estimate: number;
  /** Minus infinity where there are too few pairs for one. */
  readonly low: number;
  /** Infinity where there are too few. */
  readonly high: number;
}

/**
 * What a gate makes of a metric; `margin` is the smallest worsening that matters, in the unit of the bounds.
 *
 * PASS: shown to be less worse than the margin. FAIL: shown to be worse, and either the estimate is above the margin, or
 * more than half of it is shown. When no more pairs can be had, being shown to be worse with an estimate above half the
 * margin is enough: with the margin itself as the line, a worsening of just the margin would be let through in half of
 * all gates.
 */
export function decideGate(
  { estimate, low, high }: Bounds,
  margin: number,
  isLast: boolean,
): "pass" | "fail" | "inconclusive" {
  if (high < margin) return "pass";
  const isWorse = low > 0;
  if (isWorse && (estimate > margin || low > margin / 2)) return "fail";
  if (isWorse && isLast && estimate > margin / 2) return "fail";
  return "inconclusive";
}

/**
 * What is known of a metric: better, worse, the same within the margin either way, or none of these. It is better where
 * `betterBelow`, an upper end, is below 0.
 */
export function decideVerdict({ low, high }: Bounds, margin: number, betterBelow = high): MetricVerdict {
  if (low > 0) return "worse";
  if (betterBelow < 0) return "better";
  return low > -margin && high < margin ? "same" : "inconclusive";
}
