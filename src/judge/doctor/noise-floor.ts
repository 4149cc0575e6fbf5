import type { Comparison, MetricComparison } from "../../measure/comparison.ts";
import type { BudgetEffect, NoiseFloor } from "../../measure/doctor-result.ts";
import { pairsForShift, pairsNeeded, smallestEffect, smallestShift } from "../../stats/power.ts";
import { walshSpread } from "../../stats/spread.ts";

/** The budgets that are told of. */
export const toldBudgetsMs = [20_000, 60_000, 300_000] as const;
/** A gate that is slower than it should be is failed falsely in one of a hundred cases, by all its judged metrics together. */
const gateAlpha = 0.01;
const power = 0.95;

/**
 * What a comparison of two equal variants says of the machine: for each metric how far apart the two came out from pair
 * to pair, the smallest worsening that a budget shows in 95 % of cases at the gate's level, and the budget that the
 * metric's margin needs. Metrics that were not measured in at least six pairs are left out.
 */
export function findNoiseFloors(comparison: Comparison): NoiseFloor[] {
  const judged = comparison.metrics.filter((metric) => metric.judged).length;
  const alpha = gateAlpha / Math.max(1, judged);
  const pairMs = comparison.tookMs / comparison.pairs;
  return comparison.metrics.flatMap((metric) => floorOf(metric, alpha, pairMs) ?? []);
}

function floorOf(metric: MetricComparison, alpha: number, pairMs: number): NoiseFloor | undefined {
  const isRatio = metric.scale === "ratio";
  const values = metric.perPair.map((value) => (isRatio ? Math.log(value) : value)).filter(Number.isFinite);
  const spread = walshSpread(values);
  if (spread === undefined) return undefined;
  const strength = { sd: spread, alpha, power };
  const smallest = toldBudgetsMs.map((budgetMs): BudgetEffect => {
    const pairs = Math.floor(budgetMs / pairMs);
    const effect = (isRatio ? smallestEffect : smallestShift)({ ...strength, pairs });
    return { budgetMs, pairs, ...(effect === undefined ? {} : { effect }) };
  });
  const { margin } = metric;
  const needed = isRatio
    ? pairsNeeded({ ...strength, margin })
    : pairsForShift({ ...strength, shift: margin });
  return {
    metric: metric.metric,
    ...(metric.phase === undefined ? {} : { phase: metric.phase }),
    unit: metric.unit,
    scale: metric.scale,
    judged: metric.judged,
    spread,
    pairs: values.length,
    smallest,
    margin,
    budgetForMarginMs: needed * pairMs,
  };
}
