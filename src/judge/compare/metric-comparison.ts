import type { MetricComparison } from "../../measure/comparison.ts";
import { pairsForShift, smallestShift } from "../../stats/power.ts";
import { walshSpread } from "../../stats/spread.ts";
import { type MetricSeries, medianOf } from "./metric-series.ts";
import type { MetricKind } from "./pair-metrics.ts";
import { marginOf, type Question } from "./question.ts";
import { metricSentence } from "./sentences.ts";
import type { Evaluation } from "./sequential-test.ts";

/** The chance of seeing what is promised to be seen. */
const power = 0.95;

/** An evaluation as reports show it: in the metric's own direction, in shares. */
export function toMetricComparison(
  evaluation: Evaluation,
  question: Question,
  pairMs: number,
): MetricComparison {
  const { series, bounds, lowLevel, highLevel, judged, verdict, outcome } = evaluation;
  const { metric, phase, unit, higherIsBetter, scale } = series;
  const pairs = series.worse.length;
  const interval = intervalOf(evaluation);
  const smallest = smallestWorsening(evaluation);
  const needed = pairsToDecide(evaluation);
  const figures: Omit<MetricComparison, "sentence"> = {
    metric,
    ...(phase === undefined ? {} : { phase }),
    unit,
    higherIsBetter,
    scale,
    base: medianOf(series.base),
    candidate: medianOf(series.candidate),
    estimate: fromWorse(series, bounds.estimate),
    ...(interval ? { interval } : {}),
    confidence: 1 - lowLevel - highLevel,
    margin: marginOf(question, series),
    judged,
    verdict,
    ...(outcome ? { outcome } : {}),
    ...(smallest === undefined ? {} : { smallestEffect: smallest }),
    pairs,
    ...(needed === undefined ? {} : { pairsNeeded: needed }),
    perPair: series.worse.map((worse) => fromWorse(series, worse)),
  };
  return {
    ...figures,
    sentence: metricSentence(figures, { unit: series.isPaired ? "pair" : "block", unitMs: pairMs }),
  };
}

/** A worsening as the candidate's share of the base, or as a difference. */
function fromWorse({ scale, higherIsBetter }: MetricKind, worse: number): number {
  const change = higherIsBetter ? -worse : worse;
  return scale === "difference" ? change : Math.exp(change);
}

function intervalOf({ series, bounds }: Evaluation): readonly [number, number] | undefined {
  if (!Number.isFinite(bounds.low) || !Number.isFinite(bounds.high)) return undefined;
  const ends = [fromWorse(series, bounds.low), fromWorse(series, bounds.high)].toSorted((a, b) => a - b);
  return [ends[0] ?? Number.NaN, ends[1] ?? Number.NaN];
}

/** As a share for a ratio: throughput that is lower by it, a latency that is higher by it. */
function smallestWorsening(evaluation: Evaluation): number | undefined {
  const { series, lowLevel } = evaluation;
  const sd = spreadOf(series);
  if (sd === undefined || lowLevel <= 0) return undefined;
  const shift = smallestShift({ sd, pairs: series.worse.length, alpha: lowLevel, power });
  if (shift === undefined || series.scale === "difference") return shift;
  return series.higherIsBetter ? -Math.expm1(-shift) : Math.expm1(shift);
}

/** About how many pairs tell nothing from the margin. */
function pairsToDecide(evaluation: Evaluation): number | undefined {
  const { series, lowLevel, margin } = evaluation;
  const sd = spreadOf(series);
  if (sd === undefined || lowLevel <= 0 || margin <= 0) return undefined;
  return pairsForShift({ sd, shift: margin, alpha: lowLevel, power });
}

/** Beside a recorded base, what that left unknown adds to the spread. */
function spreadOf({ worse, base, candidate, isPaired }: MetricSeries): number | undefined {
  const sd = walshSpread(worse);
  return sd === undefined || isPaired ? sd : sd * Math.sqrt(1 + candidate.length / base.length);
}
