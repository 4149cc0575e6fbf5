import { formatDuration } from "../base/units.ts";
import type { Comparison, ComparisonResult, MetricComparison } from "./comparison.ts";
import { formatMetric } from "./format-metric.ts";

/** U+202F, the narrow space that no line breaks at. */
const thin = "\u202f";

/** A change and its interval as people read them, in per cent or in percentage points: `+8.0 %`, `[+6.7, +9.3]`. */
export interface ChangeText {
  readonly change: string;
  /** Empty where there is none. */
  readonly interval: string;
}

/** How much the candidate differs from the base. What was not measured is a dash. */
export function describeChange(
  metric: Pick<MetricComparison, "estimate" | "interval" | "scale">,
): ChangeText {
  const { estimate, interval } = metric;
  if (estimate === undefined || !Number.isFinite(estimate)) return { change: "–", interval: "" };
  const ends = (interval ?? []).map((end) => percentOf(metric, end));
  const [low = Number.NaN, high = Number.NaN] = ends;
  const percent = percentOf(metric, estimate);
  // Where there is no interval, as if it were as wide as the change itself.
  const digits = digitsFor(Number.isFinite(high - low) ? high - low : Math.abs(percent));
  return {
    change: `${signed(percent, digits)}${thin}${unitOf(metric)}`,
    interval:
      ends.every(Number.isFinite) && ends.length > 0
        ? `[${ends.map((end) => signed(end, digits)).join(", ")}]`
        : "",
  };
}

/** One value of a metric's scale as a change: `+8.0 %`. */
export function changeText(metric: Pick<MetricComparison, "scale">, value: number): string {
  return Number.isFinite(value) ? `${signed(percentOf(metric, value), 1)}${thin}${unitOf(metric)}` : "–";
}

/** The change that a value on the metric's scale is, in per cent (of a difference: in percentage points). */
export function percentOf({ scale }: Pick<MetricComparison, "scale">, value: number): number {
  // A figure that was no number is null in a file.
  if (!Number.isFinite(value)) return Number.NaN;
  return scale === "difference" ? value * 100 : (value - 1) * 100;
}

/** A margin, or a smallest effect, which count as margins do: `5 %`, `0.1 points`. */
export function marginText(metric: Pick<MetricComparison, "scale">, margin: number): string {
  return Number.isFinite(margin) ? `${Number((margin * 100).toPrecision(2))}${thin}${unitOf(metric)}` : "–";
}

/** A typical value of one side, or a dash. */
export function valueText({ unit }: Pick<MetricComparison, "unit">, value: number | undefined): string {
  return value === undefined ? "–" : formatMetric(value, unit);
}

/** The confidence of an interval: `99.75 %`. */
export function confidenceText({ confidence }: Pick<MetricComparison, "confidence">): string {
  return `${Number((confidence * 100).toPrecision(4))}${thin}%`;
}

function unitOf({ scale }: Pick<MetricComparison, "scale">): string {
  return scale === "difference" ? "points" : "%";
}

/** Decimals by the width of the interval: none that would only show noise. */
function digitsFor(width: number): number {
  if (width < 0.5) return 2;
  return width >= 50 ? 0 : 1;
}

function signed(value: number, digits: number): string {
  const size = Math.abs(value).toFixed(digits);
  if (Number(size) === 0) return "0";
  return `${value < 0 ? "−" : "+"}${size}`;
}

/** The words for better and worse. */
type Words = readonly [better: string, worse: string];

const words: Readonly<Record<string, Words>> = {
  rss: ["less memory", "more memory"],
  error_rate: ["fewer errors", "more errors"],
};
const speed: Words = ["faster", "slower"];

/** What is known of a metric in words: `slower`, `same`, `within margin`, `inconclusive`. */
export function verdictWord({
  metric,
  verdict,
  outcome,
}: Pick<MetricComparison, "metric" | "verdict" | "outcome">): string {
  const [better, worse] = words[metric] ?? speed;
  if (verdict === "same") return "same";
  if (verdict === "better") return better;
  if (verdict === "worse" && outcome === "pass") return `${worse}, within margin`;
  if (verdict === "worse") return outcome === "inconclusive" ? `${worse}, inconclusive` : worse;
  return outcome === "pass" ? "within margin" : "inconclusive";
}

/** A metric with its phase: `p50 in steady`. */
export function metricName({ metric, phase }: Pick<MetricComparison, "metric" | "phase">): string {
  return phase === undefined ? metric : `${metric} in ${phase}`;
}

/** `27 pairs`, `1 pair`. */
export function countOfPairs(count: number, unit: "pair" | "block" = "pair"): string {
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

/** How far the measurement went: `27 pairs in 52.3 s of a budget of 60 s; it stopped when the answer was known.` */
export function effortSentence({ pairs, design, tookMs, budgetMs, stoppedBy }: Comparison): string {
  const how = {
    decided: "it stopped when the answer was known",
    budget: "the budget was used up",
    interrupted: "it was interrupted",
    failure: "it broke off",
  }[stoppedBy];
  return `${countOfPairs(pairs, design === "twin" ? "pair" : "block")} in ${formatDuration(tookMs * 1000)} of a budget of ${formatDuration(budgetMs * 1000)}; ${how}.`;
}

/** What the judged metrics (where none is judged, all) could have shown: `p50 in steady 2.1 %, throughput in peak 1.8 %`; empty where it is not known. */
export function smallestEffects(metrics: readonly MetricComparison[]): string {
  const judged = metrics.filter((metric) => metric.judged);
  return (judged.length > 0 ? judged : metrics)
    .flatMap((metric) =>
      metric.smallestEffect === undefined || !Number.isFinite(metric.smallestEffect)
        ? []
        : [`${metricName(metric)} ${marginText(metric, metric.smallestEffect)}`],
    )
    .join(", ");
}

/** The two sides: `base: commit 1a2b (origin/main) → head: commit 9f2c`. */
export function sidesText({ base, candidate }: Pick<Comparison, "base" | "candidate">): string {
  const side = ({ name, description }: Comparison["base"]): string =>
    description === "" ? name : `${name}: ${description}`;
  return `${side(base)} → ${side(candidate)}`;
}

/** A comparison's title: the scenario; with the candidate where one scenario is compared several times. */
export function comparisonTitle({ comparisons }: ComparisonResult, comparison: Comparison): string {
  const { name } = comparison.scenario;
  const same = comparisons.filter(({ scenario }) => scenario.name === name);
  return same.length > 1 ? `${name}: ${comparison.base.name} → ${comparison.candidate.name}` : name;
}
