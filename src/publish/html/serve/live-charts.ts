import { scaleLinear } from "d3-scale";
import { area, line } from "d3-shape";
import type { LivePoint } from "../../../measure/live-run.ts";
import {
  type Box,
  boxOf,
  drawing,
  latencyLabel,
  legendKey,
  logScale,
  n1,
  numberText,
  type Scale,
  timeLabels,
  valueAxis,
  zeroScale,
} from "../charts/frame.ts";
import { type Html, html } from "../template.ts";

/** Small enough that its text can be read on a phone. */
const box: Box = { ...boxOf(460, 214), top: 12 };

/** Offered against achieved operations a second, with failures as an area at the base. */
export function liveThroughput(points: readonly LivePoint[]): Html {
  const x = timeScaleOf(points);
  const { scale: y, ticks } = zeroScale(
    points.flatMap(({ offeredPerSec, completedPerSec }) => [offeredPerSec, completedPerSec]),
    box,
  );
  const at = ({ atMs }: LivePoint): number => x(atMs);
  const path = (value: (point: LivePoint) => number): string =>
    line<LivePoint>(at, (point) => y(value(point))).digits(1)([...points]) ?? "";
  const failed =
    points.some(({ failedPerSec }) => failedPerSec > 0) &&
    html`<path d="${area<LivePoint>(at, box.bottom, ({ failedPerSec }) => y(failedPerSec)).digits(1)([...points]) ?? ""}" fill="var(--red)"/>`;
  const body = html`${warmupZones(points, x)}${valueAxis(y, ticks, box, (value) => `${numberText(value)}/s`)}${timeLabels(x, box)}<path d="${path((point) => point.offeredPerSec)}" fill="none" stroke="var(--grey)" stroke-width="1.5" stroke-dasharray="5 4"/><path d="${path((point) => point.completedPerSec)}" fill="none" stroke="var(--teal)" stroke-width="1.8"/>${failed}`;
  const legend = html`${legendKey("var(--grey)", "offered")}${legendKey("var(--teal)", "achieved")}${failed && legendKey("var(--red)", "errors", true)}`;
  return card("Throughput", "Operations a second that were asked for and that were completed.", legend, body);
}

/** p50 and p99 of each row on a log axis; rows in which nothing was answered are gaps. */
export function liveLatency(points: readonly LivePoint[]): Html {
  const x = timeScaleOf(points);
  const isAnswered = ({ completedPerSec }: LivePoint): boolean => completedPerSec > 0;
  const { scale: y, ticks } = logScale(
    points.filter(isAnswered).flatMap(({ p50, p99 }) => [p50, p99]),
    box,
  );
  const path = (value: (point: LivePoint) => number): string =>
    line<LivePoint>(
      ({ atMs }) => x(atMs),
      (point) => y(Math.max(value(point), 1e-3)),
    )
      .defined(isAnswered)
      .digits(1)([...points]) ?? "";
  const body = html`${warmupZones(points, x)}${valueAxis(y, ticks, box, latencyLabel)}${timeLabels(x, box)}<path d="${path(({ p99 }) => p99)}" fill="none" stroke="var(--i1)" stroke-width="1.4"/><path d="${path(({ p50 }) => p50)}" fill="none" stroke="var(--i0)" stroke-width="2.2"/>`;
  const legend = html`${legendKey("var(--i0)", "p50")}${legendKey("var(--i1)", "p99")}`;
  return card("Latency", "p50 and p99 of each interval, from when operations were due.", legend, body);
}

function card(title: string, description: string, legend: Html, body: Html): Html {
  return html`<section class="card"><div class="title"><h3>${title}</h3><span class="legend">${legend}</span></div>${drawing(box, title, description, [body])}</section>`;
}

function timeScaleOf(points: readonly LivePoint[]): Scale {
  const [first, last] = [points[0], points.at(-1)];
  const from = first === undefined ? 0 : first.atMs - first.lengthMs / 2;
  const to = last === undefined ? 1000 : last.atMs + last.lengthMs / 2;
  return scaleLinear([from, Math.max(to, from + 1000)], [box.left, box.right]);
}

/** Warm-up is not measured; it lies on grey. */
function warmupZones(points: readonly LivePoint[], x: Scale): Html[] {
  return points
    .filter(({ isWarmup }) => isWarmup)
    .map(({ atMs, lengthMs }) => {
      const from = x(atMs - lengthMs / 2);
      return html`<rect x="${n1(from)}" y="${box.top}" width="${n1(x(atMs + lengthMs / 2) - from + 0.5)}" height="${box.bottom - box.top}" fill="var(--zone)"/>`;
    });
}
