import type { PlanExtent } from "../../drive/twin/slice-plan.ts";
import type { TuningSpec } from "../../scenario/scenario.ts";
import { samplesForQuantile } from "../../stats/quantile-interval.ts";
import { quantileOfMetric } from "../score.ts";

/** An arm that needs slices more than so many times as long as the fastest one's is cut apart from the others. */
const patience = 3;

/**
 * How much a search measures of each arm: a share of what a pair has, and as many operations as the quantiles of the
 * objective and of the targets need.
 */
export function searchExtent({ objective, subjectTo }: TuningSpec, length: number): PlanExtent {
  const wanted = [
    ...objective.terms.map(({ phase, metric }) => ({ phase, q: quantileOfMetric(metric) ?? 0 })),
    ...subjectTo.map(({ phase, metric }) => ({
      phase,
      q: metric.kind === "latency" ? metric.quantile : 0,
    })),
  ];
  return {
    length,
    patience,
    operationsOf: (phase) =>
      Math.max(
        ...wanted
          .filter((one) => one.phase === undefined || one.phase === phase)
          .map(({ q }) => samplesForQuantile(q)),
        0,
      ),
  };
}
