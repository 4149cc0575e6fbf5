import type { Comparison, MetricComparison } from "../../measure/comparison.ts";
import type { BudgetEffect, NoiseFloor } from "../../measure/doctor-result.ts";
import { pairsForShift, smallestShift } from "../../stats/power.ts";
import { walshSpread } from "../../stats/spread.ts";
import { gateQuestion } from "../compare/question.ts";

/** The budgets that are told of. */
export const toldBudgetsMs = [20_000, 60_000, 300_000] as const;
const power = 0.95;

/**
 * What a comparison of two equal variants says of the machine: for each metric how far apart the two came out from pair
 * to pair, the smallest worsening that a budget shows in 95 % of cases at the gate's level, and the budget that the
 * metric's margin needs. Metrics that were not measured in at least six pairs, or never differed, are left out.
 */
export function findNoiseFloors(comparison: Comparison): NoiseFloor[] {
  const judged = comparison.metrics.filter(({ judged, scale }) => judged && scale === "ratio").length;
  const pairMs = comparison.tookMs / comparison.pairs;
  return comparison.metrics.flatMap((metric) => floorOf(metric, levelOf(metric, judged), pairMs) ?? []);
}

/** The level of a gate of one scenario: what is judged shares it, and error rates have a part of their own. */
function levelOf({ scale }: MetricComparison, judged: number): number {
  const { alpha, errorShare } = gateQuestion({}, 1);
  return scale === "difference" ? alpha * errorShare : (alpha * (1 - errorShare)) / Math.max(1, judged);
}

function floorOf(metric: MetricComparison, alpha: number, pairMs: number): NoiseFloor | undefined {
  const isRatio = metric.scale === "ratio";
  const values = metric.perPair.map((value) => (isRatio ? Math.log(value) : value)).filter(Number.isFinite);
  const spread = walshSpread(values);
  if (spread === undefined || spread === 0) return undefined;
  const strength = { sd: spread, alpha, power };
  const smallest = toldBudgetsMs.map((budgetMs): BudgetEffect => {
    const pairs = Math.floor(budgetMs / pairMs);
    const shift = smallestShift({ ...strength, pairs });
    return { budgetMs, pairs, ...(shift === undefined ? {} : { effect: effectOf(metric, shift) }) };
  });
  return {
    metric: metric.metric,
    ...(metric.phase === undefined ? {} : { phase: metric.phase }),
    unit: metric.unit,
    scale: metric.scale,
    judged: metric.judged,
    spread,
    pairs: values.length,
    smallest,
    margin: metric.margin,
    budgetForMarginMs: pairsForShift({ ...strength, shift: shiftOf(metric) }) * pairMs,
  };
}

/** A shift as the share by which a throughput is lower or a latency is higher. */
function effectOf({ scale, higherIsBetter }: MetricComparison, shift: number): number {
  if (scale === "difference") return shift;
  return higherIsBetter ? -Math.expm1(-shift) : Math.expm1(shift);
}

function shiftOf({ scale, higherIsBetter, margin }: MetricComparison): number {
  if (scale === "difference") return margin;
  return higherIsBetter ? -Math.log1p(-Math.min(margin, 0.99)) : Math.log1p(margin);
}
