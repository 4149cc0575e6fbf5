import { scaleLinear } from "d3-scale";
import type { Comparison, MetricComparison } from "../../../measure/comparison.ts";
import { describeChange, marginText, percentOf, valueText } from "../../../measure/comparison-wording.ts";
import { metricTitle } from "../../metric-title.ts";
import { asTable, n1 } from "../charts/frame.ts";
import { diamond, gridLines, type PercentAxis, percentLabels, whisker } from "../charts/percent-axis.ts";
import { type Html, html } from "../template.ts";
import { markLook } from "./looks.ts";

/**
 * All metrics against one axis of how much worse the candidate is: interval with caps, diamond at the estimate, the
 * margin as a zone. One drawing a row, so that on a phone each lies below its name.
 */
export function forest(comparison: Comparison, metrics: readonly MetricComparison[]): Html | false {
  const known = metrics.filter(({ estimate }) => estimate !== undefined && Number.isFinite(estimate));
  if (known.length === 0) return false;
  const reference = referenceMargin(known);
  const axis = axisOf(known, reference);
  const rows = known.map((metric) => forestRow(metric, axis, reference));
  const table = asTable(
    ["metric", comparison.base.name, comparison.candidate.name, "change", "interval", "margin"],
    known.map((metric) => [
      [metricTitle(metric.metric), metric.phase].filter(Boolean).join(", "),
      valueText(metric, metric.base),
      valueText(metric, metric.candidate),
      describeChange(metric).change,
      describeChange(metric).interval,
      marginText(metric, metric.margin),
    ]),
  );
  return html`<div class="forest"><div class="row top"><span></span><span class="ends"><span>← better</span><span>worse →</span></span><span class="r">${comparison.base.name} → ${comparison.candidate.name}</span></div>${rows}<div class="row axis"><span></span>${percentLabels(axis)}<span></span></div></div>${table}`;
}

function forestRow(metric: MetricComparison, axis: PercentAxis, reference: number): Html {
  const { change, interval } = describeChange(metric);
  const where = [
    metric.phase,
    metric.judged ? "" : "not judged",
    metric.scale === "difference" ? "own scale" : "",
  ];
  return html`<div class="row"><span><b>${metricTitle(metric.metric)}</b><small>${where.filter(Boolean).join(" · ")}</small></span>${plot(metric, axis, reference)}<span class="r"><span>${valueText(metric, metric.base)} → <b>${valueText(metric, metric.candidate)}</b></span><small>${change} ${interval}</small></span></div>`;
}

/** The mark of one metric. Places are shares of the width, so that it stretches without its shapes. */
function plot(metric: MetricComparison, axis: PercentAxis, reference: number): Html {
  const { place } = axis;
  const at = (value: number): number => place(worsening(metric, value, reference));
  const { className, isHollow } = markLook(metric);
  const zone = worsening(
    metric,
    metric.scale === "difference" ? metric.margin : 1 + metric.margin,
    reference,
  );
  const half = Math.abs(zone);
  const ends = (metric.interval ?? []).map(at).toSorted((a, b) => a - b);
  const [from, to] = ends;
  const interval = from !== undefined && to !== undefined && whisker(from, to);
  const title = `${metricTitle(metric.metric)}${metric.phase === undefined ? "" : `, ${metric.phase}`}`;
  return html`<svg class="plot ${className}" role="img" aria-label="${metric.sentence}"><title>${title}</title><desc>${metric.sentence}</desc><rect x="${n1(place(-half))}%" width="${n1(place(half) - place(-half))}%" height="100%" fill="var(--zone)"/>${gridLines(axis)}${interval}${diamond(at(metric.estimate ?? 1), isHollow)}</svg>`;
}

/** How much worse a value on the metric's scale is, in per cent; a difference on a scale of its own, where its margin is as wide as the others'. */
function worsening(metric: MetricComparison, value: number, reference: number): number {
  const percent = percentOf(metric, value) * (metric.higherIsBetter ? -1 : 1);
  if (metric.scale === "ratio") return percent;
  return metric.margin > 0 ? (percent / (metric.margin * 100)) * reference : percent;
}

/** In per cent: the margin that most of the metrics are held against. */
function referenceMargin(metrics: readonly MetricComparison[]): number {
  const ratio = metrics.filter(({ scale }) => scale === "ratio");
  return ((ratio.find(({ judged }) => judged) ?? ratio[0])?.margin ?? 0.05) * 100;
}

/** Wide enough for every margin and for what is judged; a wider interval of the others is cut off with an arrow. */
function axisOf(metrics: readonly MetricComparison[], reference: number): PercentAxis {
  const placesOf = (metric: MetricComparison): number[] =>
    [metric.estimate, ...(metric.interval ?? [])]
      .filter((value) => value !== undefined)
      .map((value) => worsening(metric, value, reference))
      .filter(Number.isFinite);
  const margin = Math.max(...metrics.map((m) => (m.scale === "ratio" ? m.margin * 100 : reference)), 1);
  const judged = metrics.filter((metric) => metric.judged).flatMap(placesOf);
  const most = Math.max(2.5 * margin, ...judged.map((value) => Math.abs(value) * 1.1));
  const all = metrics.flatMap(placesOf);
  const low = Math.max(-most, Math.min(-1.2 * margin, ...all));
  const high = Math.min(most, Math.max(1.2 * margin, ...all));
  const scale = scaleLinear([low, high], [0, 100]).nice(6);
  return { place: (value) => scale(value), ticks: scale.ticks(6) };
}
