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

/** What was found out about a metric, in one sentence; `pairMs` is how long a pair takes. */
export function metricSentence(metric: Omit<MetricComparison, "sentence">, pairMs: number): string {
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
    return `${name} is not decided after ${countOfPairs(pairs)}: ${found}${neededText(metric, margin, pairMs)}.`;
  }
  const figures = `${valueText(metric, metric.base)} to ${valueText(metric, metric.candidate)}`;
  const limit = outcome === "fail" ? `; the margin is ${margin}` : "";
  return `${name} is ${verdictWord(metric)}: ${found}, from ${figures}${limit}.`;
}

function neededText(
  { pairs, pairsNeeded }: Omit<MetricComparison, "sentence">,
  margin: string,
  pairMs: number,
): string {
  if (pairsNeeded === undefined || pairsNeeded <= pairs) return "";
  const time = formatDuration(pairsNeeded * pairMs * 1000);
  return `; about ${countOfPairs(pairsNeeded)} (${time}) would decide it at a margin of ${margin}`;
}
