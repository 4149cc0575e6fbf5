import { scaleLinear } from "d3-scale";
import { line } from "d3-shape";
import type { Comparison, MetricComparison } from "../../../measure/comparison.ts";
import { changeText, marginText, metricName, percentOf } from "../../../measure/comparison-wording.ts";
import { metricTitle } from "../../metric-title.ts";
import {
  asTable,
  type Box,
  boxOf,
  drawing,
  inside,
  legendKey,
  n1,
  type Scale,
  scrollable,
  seriesKey,
  someOf,
  valueAxis,
} from "../charts/frame.ts";
import { type Html, html } from "../template.ts";
import { runningEstimate, type Step } from "./running-estimate.ts";

const mostDots = 400;
const mostTabled = 120;

/** Pair by pair: a dot for each one's own change of a metric, and the estimate of all until then as a line. */
export function pairsChart({ design }: Comparison, metric: MetricComparison): Html {
  const box = boxOf(566, 270);
  const dots = metric.perPair
    .map((value, i): Step => [i + 1, percentOf(metric, value)])
    .filter(([, change]) => Number.isFinite(change));
  const running = runningEstimate(metric);
  const limit = metric.margin * 100 * (metric.higherIsBetter ? -1 : 1);
  const changes = dots.map(([, change]) => change);
  const low = Math.min(0, -Math.abs(limit) * 1.2, ...changes);
  const high = Math.max(0, Math.abs(limit) * 1.2, ...changes);
  const y = scaleLinear([low, high], [box.bottom, box.top]).nice(5);
  const ends = { from: 0.5, to: Math.max(1, metric.perPair.length) + 0.5 };
  const x = scaleLinear([ends.from, ends.to], [box.left, box.right]);
  const unit = design === "twin" ? "pair" : "block";
  const path = line<Step>(
    ([pair]) => x(pair),
    ([, estimate]) => y(percentOf(metric, estimate)),
  );
  const body = [
    marginZone(limit, y, box),
    html`${valueAxis(y, y.ticks(5), box, (tick) => axisLabel(metric, tick))}`,
    html`<line class="zero" x1="${box.left}" x2="${box.right}" y1="${n1(y(0))}" y2="${n1(y(0))}"/>`,
    inside(box, [
      pairAxis(x, metric.perPair.length, box),
      html`<g data-s="pairs" fill="var(--i1)">${someOf(dots, mostDots).map(([pair, change]) => html`<circle cx="${n1(x(pair))}" cy="${n1(y(change))}" r="3"/>`)}</g>`,
      html`<path data-s="estimate" d="${path.digits(1)([...running]) ?? ""}" fill="none" stroke="var(--i0)" stroke-width="2.2"/>`,
    ]),
  ];
  const tabled = someOf(running, mostTabled);
  const table = asTable(
    [unit, "its change", "estimate until then"],
    tabled.map(([pair, estimate]) => [
      String(pair),
      changeText(metric, metric.perPair[pair - 1] ?? Number.NaN),
      changeText(metric, estimate),
    ]),
    tabled.map(([pair]) => pair),
  );
  const worse = metric.higherIsBetter ? "below" : "above";
  const description = `${metricName(metric)} in each ${unit}, candidate against base; worse is ${worse} zero, the margin is ${marginText(metric, metric.margin)}.`;
  return html`<section class="card"><div class="title"><h2>${unit === "pair" ? "Pair by pair" : "Block by block"}</h2><span class="sub">${metricTitle(metric.metric)}${metric.phase !== undefined && `, ${metric.phase}`}</span><span class="legend">${seriesKey("pairs", "var(--i1)", unit, true)}${seriesKey("estimate", "var(--i0)", "estimate")}${legendKey("var(--red)", `worse by ${marginText(metric, metric.margin)}`)}</span></div>${scrollable(drawing(box, "Pair by pair", description, body, ends))}${table}</section>`;
}

/** No worse than the margin, and no better: a zone, with its worse edge as a limit. */
function marginZone(limit: number, y: Scale, box: Box): Html {
  const top = y(Math.abs(limit));
  const height = y(-Math.abs(limit)) - top;
  return html`<rect x="${box.left}" width="${box.right - box.left}" y="${n1(top)}" height="${n1(height)}" fill="var(--zone)"/><line class="lim" x1="${box.left}" x2="${box.right}" y1="${n1(y(limit))}" y2="${n1(y(limit))}"/>`;
}

function axisLabel({ scale }: MetricComparison, tick: number): string {
  const unit = scale === "difference" ? "points" : "%";
  return `${tick < 0 ? "−" : ""}${Number(Math.abs(tick).toPrecision(3))}\u202f${unit}`;
}

function pairAxis(x: Scale, count: number, box: Box): Html {
  const ticks = [...new Set([1, ...x.ticks(8), count])].filter(
    (tick) => Number.isInteger(tick) && tick >= 1 && tick <= count,
  );
  const roomy = ticks.filter((tick) => tick === count || x(count) - x(tick) > 22);
  return html`${roomy.map((tick) => html`<text x="${n1(x(tick))}" y="${box.bottom + 17}" text-anchor="middle">${tick}</text>`)}`;
}
