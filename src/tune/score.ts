import { readArm } from "../judge/compare/pair-metrics.ts";
import type { ArmFigures } from "../measure/pair.ts";
import type { Objective, ObjectiveTerm } from "../scenario/scenario.ts";
import { decodeHistogram } from "../stats/histogram.ts";

/** The objective of one arm, or the first of its metrics that has no value. */
export type Score =
  | { readonly score: number; readonly missing?: never }
  | { readonly score?: never; readonly missing: ObjectiveTerm };

/**
 * The objective of one arm as the sum of weight * ln(metric): smaller is better, and a difference of two is ln of a ratio. The
 * metrics are read as comparisons read them; but a quantile of fewer samples than those ask for is taken as it is, since a
 * search can weigh what is noisy, and cannot do without.
 */
export function readScore({ terms }: Objective, figures: ArmFigures): Score {
  const metrics = readArm(figures);
  let score = 0;
  for (const term of terms) {
    const { metric, phase, weight } = term;
    const found = metrics.find((one) => one.metric === metric && one.phase === phase)?.value;
    const value = found ?? rawQuantile(term, figures);
    if (value === undefined || !(value > 0)) return { missing: term };
    score += weight * Math.log(value);
  }
  return { score };
}

const quantiles: Readonly<Partial<Record<ObjectiveTerm["metric"], number>>> = {
  p50: 0.5,
  p90: 0.9,
  p99: 0.99,
  "p99.9": 0.999,
};

/** The quantile that a metric is of; undefined where it is of none. */
export function quantileOfMetric(metric: ObjectiveTerm["metric"]): number | undefined {
  return quantiles[metric];
}

function rawQuantile({ metric, phase }: ObjectiveTerm, { phases }: ArmFigures): number | undefined {
  const q = quantileOfMetric(metric);
  const figures = phases.find((one) => one.phase === phase);
  if (q === undefined || figures === undefined || figures.completed === 0) return undefined;
  return decodeHistogram(figures.response).quantile(q);
}
