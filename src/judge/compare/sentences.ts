import { formatDuration } from "../../base/units.ts";
import type { MetricComparison } from "../../measure/comparison.ts";
import { formatMetric } from "../../measure/format-metric.ts";

/** A share as a signed percentage: `+4.8 %`. Of a difference: `+0.12 points`. */
export function formatChange(estimate: number, scale: MetricComparison["scale"]): string {
  const percent = (scale === "ratio" ? estimate - 1 : estimate) * 100;
  const size = Math.abs(percent);
  const digits = size < 0.1 ? 2 : size < 100 ? 1 : 0;
  const sign = percent < 0 ? "−" : "+";
  return `${sign}${size.toFixed(digits)} ${scale === "ratio" ? "%" : "points"}`;
}

/** A margin: `5 %`, `0.1 points`. */
export function formatMargin(margin: number, scale: MetricComparison["scale"]): string {
  return `${Number((margin * 100).toPrecision(3))} ${scale === "ratio" ? "%" : "points"}`;
}

/** `p50 in steady`. */
export function metricTitle({ metric, phase }: Pick<MetricComparison, "metric" | "phase">): string {
  return phase === undefined ? metric : `${metric} in ${phase}`;
}

const words: Readonly<Record<string, readonly [worse: string, better: string]>> = {
  error_rate: ["more errors", "fewer errors"],
  rss: ["more memory", "less memory"],
};

/** `slower`, `faster`; for memory and errors in their own words. */
export function verdictWord({ metric, verdict }: Pick<MetricComparison, "metric" | "verdict">): string {
  const [worse, better] = words[metric] ?? ["slower", "faster"];
  return { worse, better, same: "same", inconclusive: "inconclusive" }[verdict];
}

/** What was found out about a metric, in one sentence. */
export function metricSentence(metric: Omit<MetricComparison, "sentence">, pairMs: number): string {
  const { estimate, interval, base, candidate, scale, unit, verdict, pairs, pairsNeeded } = metric;
  const title = metricTitle(metric);
  if (estimate === undefined || base === undefined || candidate === undefined)
    return `${title} was not measured.`;
  const range =
    interval === undefined
      ? "with too few pairs for an interval"
      : `${formatChange(interval[0], scale)} to ${formatChange(interval[1], scale)}, ${Number((metric.confidence * 100).toFixed(1))} % confidence`;
  const change = `${formatChange(estimate, scale)} (${range})`;
  const figures = `${formatMetric(base, unit)} to ${formatMetric(candidate, unit)}`;
  const margin = formatMargin(metric.margin, scale);
  if (verdict === "same") return `${title} is the same within the margin of ${margin}: ${change}.`;
  if (verdict === "inconclusive" && metric.outcome !== "pass") {
    const more =
      pairsNeeded === undefined || pairsNeeded <= pairs
        ? ""
        : `; about ${pairsNeeded} pairs (${formatDuration(pairsNeeded * pairMs * 1000)}) decide at a margin of ${margin}`;
    return `${title} is not decided after ${pairs} pairs: ${change}${more}.`;
  }
  if (verdict === "inconclusive") return `${title} is not worse by the margin of ${margin}: ${change}.`;
  const within =
    metric.outcome === "pass" && verdict === "worse" ? `, less than the margin of ${margin}` : "";
  const beyond = metric.outcome === "fail" ? `; the margin is ${margin}` : "";
  return `${title}: ${verdictWord(metric)}, ${change}, from ${figures}${within}${beyond}.`;
}
