import { scaleLinear } from "d3-scale";
import type { Comparison, MetricComparison } from "../../../measure/comparison.ts";
import { describeChange, marginText, percentOf, valueText } from "../../../measure/comparison-wording.ts";
import { metricTitle } from "../../metric-title.ts";
import { asTable, n1 } from "../charts/frame.ts";
import { type Html, html } from "../template.ts";
import { markLook } from "./looks.ts";

/** Places on the axis in per cent of its width; to the right is worse. */
type Place = (worsening: number) => number;

interface Axis {
  readonly place: Place;
  readonly ticks: readonly number[];
}

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
  return html`<div class="forest"><div class="row top"><span></span><span class="ends"><span>← better</span><span>worse →</span></span><span class="r">${comparison.base.name} → ${comparison.candidate.name}</span></div>${rows}<div class="row axis"><span></span>${axisLabels(axis)}<span></span></div></div>${table}`;
}

function forestRow(metric: MetricComparison, axis: Axis, reference: number): Html {
  const { change, interval } = describeChange(metric);
  const where = [
    metric.phase,
    metric.judged ? "" : "not judged",
    metric.scale === "difference" ? "own scale" : "",
  ];
  return html`<div class="row"><span><b>${metricTitle(metric.metric)}</b><small>${where.filter(Boolean).join(" · ")}</small></span>${plot(metric, axis, reference)}<span class="r"><span>${valueText(metric, metric.base)} → <b>${valueText(metric, metric.candidate)}</b></span><small>${change} ${interval}</small></span></div>`;
}

/** The mark of one metric. Places are shares of the width, so that it stretches without its shapes. */
function plot(metric: MetricComparison, { place, ticks }: Axis, reference: number): Html {
  const at = (value: number): number => place(worsening(metric, value, reference));
  const { className, isHollow } = markLook(metric);
  const zone = worsening(
    metric,
    metric.scale === "difference" ? metric.margin : 1 + metric.margin,
    reference,
  );
  const half = Math.abs(zone);
  const grid = ticks.map((tick) => {
    const x = `${n1(place(tick))}%`;
    return html`<line class="${tick === 0 ? "zero" : "ax"}" x1="${x}" x2="${x}" y1="0" y2="100%"/>`;
  });
  const ends = (metric.interval ?? []).map(at).toSorted((a, b) => a - b);
  const [from, to] = ends;
  const whisker = from !== undefined && to !== undefined && whiskerOf(from, to);
  const title = `${metricTitle(metric.metric)}${metric.phase === undefined ? "" : `, ${metric.phase}`}`;
  return html`<svg class="plot ${className}" role="img" aria-label="${metric.sentence}"><title>${title}</title><desc>${metric.sentence}</desc><rect x="${n1(place(-half))}%" width="${n1(place(half) - place(-half))}%" height="100%" fill="var(--zone)"/>${grid}${whisker}${diamond(clamp(at(metric.estimate ?? 1)), isHollow)}</svg>`;
}

/** The interval with a cap at each end; an arrow where it goes on beyond the axis. */
function whiskerOf(from: number, to: number): Html {
  const [low, high] = [clamp(from), clamp(to)];
  const line = html`<line x1="${n1(low)}%" x2="${n1(high)}%" y1="50%" y2="50%"/>`;
  const end = (at: number, isBeyond: boolean, side: number): Html =>
    html`<svg x="${n1(at)}%" y="50%"><path d="${isBeyond ? `M${-6 * side},-5L0,0L${-6 * side},5` : "M0,-5V5"}" fill="none"/></svg>`;
  return html`<g stroke="var(--vc)" stroke-width="2">${line}${end(low, from < low, -1)}${end(high, to > high, 1)}</g>`;
}

function diamond(at: number, isHollow: boolean): Html {
  const fill = isHollow ? "var(--card)" : "var(--vc)";
  return html`<svg x="${n1(at)}%" y="50%"><path d="M-6,0L0,-6L6,0L0,6z" fill="${fill}" stroke="var(--vc)" stroke-width="2"/></svg>`;
}

function clamp(place: number): number {
  return Math.min(99.5, Math.max(0.5, place));
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
function axisOf(metrics: readonly MetricComparison[], reference: number): Axis {
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

function axisLabels({ place, ticks }: Axis): Html {
  const anchor = (at: number): string => (at < 4 ? "start" : at > 96 ? "end" : "middle");
  return html`<svg class="plot" aria-hidden="true">${ticks.map((tick) => html`<text x="${n1(place(tick))}%" y="15" text-anchor="${anchor(place(tick))}">${`${Number(Math.abs(tick).toPrecision(3))}\u202f%`}</text>`)}</svg>`;
}
