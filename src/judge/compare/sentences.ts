import { formatDuration } from "../../base/units.ts";
import type { MetricComparison } from "../../measure/comparison.ts";
import {
  confidenceText,
  countOfPairs,
  describeChange,
  marginText,
  metricName,
  valueText,
  verdictWord,
} from "../../measure/comparison-wording.ts";

/** What a metric was measured in. */
export interface Effort {
  readonly unit: "pair" | "block";
  /** How long one takes, in milliseconds. */
  readonly unitMs: number;
}

/** What was found out about a metric, in one sentence. */
export function metricSentence(metric: Omit<MetricComparison, "sentence">, effort: Effort): string {
  const { estimate, verdict, outcome, pairs } = metric;
  const name = metricName(metric);
  if (estimate === undefined) return `${name} was not measured.`;
  const { change, interval } = describeChange(metric);
  const doubt =
    interval === "" ? "too few pairs for an interval" : `${interval}, ${confidenceText(metric)} confidence`;
  const found = `${change} (${doubt})`;
  const margin = marginText(metric, metric.margin);
  if (verdict === "same") return `${name} is the same within ${margin}: ${found}.`;
  if (verdict === "inconclusive" && outcome === "pass") return `${name} is not worse by ${margin}: ${found}.`;
  if (verdict === "inconclusive") {
    return `${name} is not decided after ${countOfPairs(pairs, effort.unit)}: ${found}${neededText(metric, margin, effort)}.`;
  }
  const figures = `${valueText(metric, metric.base)} to ${valueText(metric, metric.candidate)}`;
  const limit = outcome === "fail" ? `; the margin is ${margin}` : "";
  return `${name} is ${verdictWord(metric)}: ${found}, from ${figures}${limit}.`;
}

function neededText(
  { pairs, pairsNeeded }: Omit<MetricComparison, "sentence">,
  margin: string,
  { unit, unitMs }: Effort,
): string {
  if (pairsNeeded === undefined || pairsNeeded <= pairs) return "";
  const time = formatDuration(pairsNeeded * unitMs * 1000);
  return `; about ${countOfPairs(pairsNeeded, unit)} (${time}) would decide it at a margin of ${margin}`;
}
