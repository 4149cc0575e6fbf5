import { changeText, metricName, verdictWord } from "../../measure/comparison-wording.ts";
import { formatMetric } from "../../measure/format-metric.ts";
import type { TrendChange, TrendSeries } from "../../measure/trend.ts";
import { changePlace } from "../../measure/trend-words.ts";

/** A gate lets a single worsening below this pass, unless told otherwise. */
const usualMargin = 0.05;

/** What became of one metric, in one or two sentences. */
export function seriesSentence(series: Omit<TrendSeries, "sentence">): string {
  const { points, levels, changes, drift, verdict, unit } = series;
  const [first, last] = [levels[0], levels.at(-1)];
  const title = metricName(series);
  if (verdict === "too few" || first === undefined || last === undefined) {
    return `${title} has ${count(points.length, "value")}: too few to say whether it changed.`;
  }
  if (changes.length === 0) {
    return `${title} stayed at ${formatMetric(first.value, unit)} over ${count(points.length, series.kind)}.`;
  }
  const figures = `from ${formatMetric(first.value, unit)} to ${formatMetric(last.value, unit)}`;
  const word = verdict === "same" ? "back where it began" : verdictWord({ metric: series.metric, verdict });
  const total = `${title}: ${word}, ${changeText(series, drift)} over ${count(points.length, series.kind)}, ${figures}, in ${count(changes.length, "step")}.`;
  return `${total} ${stepsSentence(series)}`;
}

function stepsSentence(series: Omit<TrendSeries, "sentence">): string {
  const { changes, points, scale, verdict, drift } = series;
  const largest = changes.toSorted((a, b) => sizeOf(b, series) - sizeOf(a, series))[0];
  if (largest === undefined) return "";
  const change = `${changeText(series, largest.size)} ${changePlace(largest, points)}`;
  if (changes.length === 1) return `It came ${changePlace(largest, points)}.`;
  const isSlow =
    scale === "ratio" &&
    verdict === "worse" &&
    magnitude(drift) > usualMargin &&
    sizeOf(largest, series) < usualMargin;
  if (isSlow) {
    return `No step is above ${usualMargin * 100}\u202f% (the largest is ${change}), so a gate with that margin lets each of them pass.`;
  }
  return `The largest step: ${change}.`;
}

function magnitude(ratio: number): number {
  return Math.abs(ratio - 1);
}

function sizeOf({ size }: TrendChange, { scale }: Pick<TrendSeries, "scale">): number {
  return scale === "ratio" ? Math.abs(Math.log(size)) : Math.abs(size);
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}

const ranks: Readonly<Record<TrendSeries["verdict"], number>> = {
  worse: 0,
  better: 1,
  same: 2,
  "too few": 3,
};

/** The series that matters most: the one that is worse by most, else better by most. */
export function chiefOf(series: readonly TrendSeries[]): TrendSeries | undefined {
  const weight = ({ scale, drift }: TrendSeries): number =>
    scale === "ratio" ? Math.abs(Math.log(drift)) : Math.abs(drift);
  return series.toSorted((a, b) => ranks[a.verdict] - ranks[b.verdict] || weight(b) - weight(a))[0];
}

/** What matters most of all metrics, in a few sentences. */
export function trendSentence(series: readonly TrendSeries[]): string {
  const chief = chiefOf(series);
  if (chief === undefined) return "There is nothing to show.";
  const known = series.filter(({ verdict }) => verdict !== "too few");
  if (chief.verdict === "too few") return chief.sentence;
  if (known.length > 1 && known.every(({ changes }) => changes.length === 0))
    return `No change was found in any of ${known.length} metrics.`;
  if (chief.verdict === "same") return chief.sentence;
  const others = known.filter((one) => one !== chief && one.verdict === chief.verdict).length;
  const besides = others === 0 ? "" : ` ${others} more of ${known.length} metrics went the same way.`;
  return `${chief.sentence}${besides}`;
}
