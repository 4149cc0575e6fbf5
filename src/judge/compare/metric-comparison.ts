import type { MetricComparison } from "../../measure/comparison.ts";
import { medianOf } from "../../stats/median.ts";
import { pairsForShift, smallestShift } from "../../stats/power.ts";
import { walshSpread } from "../../stats/spread.ts";
import type { MetricSeries } from "./metric-series.ts";
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
  const { series, bounds, judged, verdict, outcome } = evaluation;
  const { metric, phase, unit, higherIsBetter, scale } = series;
  const pairs = series.worse.length;
  const shown = intervalOf(evaluation);
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
    ...shown,
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

/**
 * The interval, and how sure it is over all looks. Before there are enough pairs for the strict end, which can fail a
 * gate, both ends are those of the other, which can only pass it.
 */
function intervalOf(evaluation: Evaluation): Pick<MetricComparison, "interval" | "confidence"> {
  const { series, bounds, lowAlpha, highAlpha, highLevel } = evaluation;
  const isStrict = Number.isFinite(bounds.low);
  const low = isStrict ? bounds.low : series.interval(highLevel)?.[0];
  const confidence = 1 - (isStrict ? lowAlpha : highAlpha) - highAlpha;
  if (low === undefined || !Number.isFinite(bounds.high)) return { confidence };
  const [first = Number.NaN, second = Number.NaN] = [low, bounds.high]
    .map((end) => fromWorse(series, end))
    .toSorted((a, b) => a - b);
  return { interval: [first, second], confidence };
}

/** As a share for a ratio: throughput that is lower by it, a latency that is higher by it. */
function smallestWorsening(evaluation: Evaluation): number | undefined {
  const { series, lowAlpha } = evaluation;
  const sd = spreadOf(series);
  if (sd === undefined || sd === 0) return undefined;
  const shift = smallestShift({ sd, pairs: series.worse.length, alpha: lowAlpha, power });
  if (shift === undefined || series.scale === "difference") return shift;
  return series.higherIsBetter ? -Math.expm1(-shift) : Math.expm1(shift);
}

/** About how many pairs tell nothing from the margin. */
function pairsToDecide(evaluation: Evaluation): number | undefined {
  const { series, lowAlpha, margin } = evaluation;
  const sd = spreadOf(series);
  if (sd === undefined || margin <= 0) return undefined;
  return pairsForShift({ sd, shift: margin, alpha: lowAlpha, power });
}

/** Beside a recorded base, what that left unknown adds to the spread. */
function spreadOf({ worse, base, candidate, isPaired }: MetricSeries): number | undefined {
  const sd = walshSpread(worse);
  return sd === undefined || isPaired ? sd : sd * Math.sqrt(1 + candidate.length / base.length);
}
