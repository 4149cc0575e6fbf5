import { scaleLinear } from "d3-scale";
import { line } from "d3-shape";
import type { LatencyHistogram } from "../../../stats/histogram.ts";
import { type Html, html } from "../template.ts";
import { type Box, inside, n1, type Scale } from "./frame.ts";

const nines = [0, 0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999] as const;
const pointCount = 161;

/** A point of a curve: its place on the axis, and the latency there in microseconds. */
export type CurvePoint = readonly [place: number, micros: number];

/** On the axis the tail has as much room as the body: x = log10(1 / (1 - q)). */
export function placeOf(q: number): number {
  return -Math.log10(1 - q);
}

/** The axis that fits a number of samples: one sample in ten beyond its last nine. */
export function percentileScale(count: number, box: Box): { readonly x: Scale; readonly highest: number } {
  const highest = Math.min(5, Math.max(1, Math.log10(Math.max(1, count))));
  return { x: scaleLinear([0, highest], [box.left, box.right]), highest };
}

const tabled = [
  0.1, 0.25, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.925, 0.95, 0.975, 0.99, 0.995, 0.999, 0.9995, 0.9999,
  0.99995, 0.99999,
] as const;

/** The quantiles that a table of a curve tells, as far as its axis reaches. */
export function tabledQuantiles(highest: number): readonly number[] {
  return tabled.filter((q) => placeOf(q) <= highest + 1e-9);
}

/** A quantile as people name it: `99.9 %`. */
export function percentText(q: number): string {
  return `${Number((q * 100).toFixed(3))}\u202f%`;
}

/** A histogram's latencies along the axis up to `highest`. */
export function curvePoints(histogram: LatencyHistogram, highest: number): readonly CurvePoint[] {
  const places = Array.from({ length: pointCount }, (_, i) => (i / (pointCount - 1)) * highest);
  const values = histogram.quantiles(places.map((at) => 1 - 10 ** -at));
  return places.map((at, i) => [at, values[i] ?? 0] as const).filter(([, value]) => value > 0);
}

/** A curve's path: straight lines between its points. */
export function curvePath(points: readonly CurvePoint[], x: Scale, y: Scale): string {
  const path = line<CurvePoint>(
    ([at]) => x(at),
    ([, value]) => y(value),
  );
  return path.digits(1)([...points]) ?? "";
}

/** The nines below, each with its line. Their labels reach over the ends of the axis. */
export function percentileAxis(x: Scale, highest: number, box: Box): Html {
  const shown = nines.filter((q) => placeOf(q) <= highest).map((q) => ({ q, at: n1(x(placeOf(q))) }));
  return inside({ ...box, left: box.left - 26, right: box.right + 26 }, [
    html`${shown.map(({ q, at }) => html`<line class="ph" x1="${at}" x2="${at}" y1="${box.top}" y2="${box.bottom}"/><text x="${at}" y="${box.bottom + 17}" text-anchor="middle">${percentText(q)}</text>`)}`,
  ]);
}
