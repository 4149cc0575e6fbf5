import { scaleLinear } from "d3-scale";
import { changeText, metricName } from "../../../measure/comparison-wording.ts";
import { formatMetric } from "../../../measure/format-metric.ts";
import type { TrendPoint, TrendSeries } from "../../../measure/trend.ts";
import { pointName, pointTime } from "../../../measure/trend-words.ts";
import {
  asTable,
  type Box,
  boxOf,
  drawing,
  inside,
  n1,
  type Scale,
  scrollable,
  valueAxis,
} from "../charts/frame.ts";
import { type Html, html } from "../template.ts";
import { trendLook } from "./looks.ts";

const pillHeight = 20;
const pillRow = pillHeight + 4;

/** A series with its levels as bands, its changes as pills, and each run as a dot with its interval. */
export function trendChart(series: TrendSeries, size: "wide" | "half"): Html {
  const { points, unit } = series;
  const pills = placePills(series, size);
  const box = frameOf(size, pills.rows);
  const x = placeOf(points, box);
  const { scale: y, ticks } = valueScale(series, box, size === "wide" ? 6 : 4);
  const step = ticks.length > 1 ? Math.abs((ticks[1] ?? 0) - (ticks[0] ?? 0)) : 0;
  const body = [
    html`${valueAxis(y, ticks, box, (value) => axisLabel(value, step, series))}`,
    // The outer dates reach over the ends of the axis.
    inside({ ...box, left: box.left - 40, right: box.right + 40 }, dateAxis(points, x, box)),
    inside(box, [
      html`<g data-s="levels">${bands(series, x, y)}</g>`,
      html`<g data-s="intervals">${points.map((point, i) => whisker(point, x(i), y, box))}</g>`,
      html`${changeLines(series, x, box)}`,
      html`<g data-s="points">${points.map((point, i) => dot(point, x(i), y, unit))}</g>`,
      html`${pills.drawn(box)}`,
    ]),
    html`${lastLabel(series, y, box)}`,
  ];
  const title = metricName(series);
  const chart = drawing(box, title, series.sentence, body, endsOf(points));
  return scrollable(chart, size === "wide" ? "wider" : "wide");
}

function frameOf(size: "wide" | "half", pillRows: number): Box {
  const [width, height] = size === "wide" ? [1164, 300] : [566, 200];
  const frame = boxOf(width, height + pillRows * pillRow);
  return { ...frame, left: 66, right: width - 72, top: 14 + pillRows * pillRow };
}

/** Runs are as far from each other as their numbers, whatever the time between them. */
function placeOf(points: readonly TrendPoint[], { left, right }: Box): Scale {
  const { from, to } = endsOf(points);
  return scaleLinear([from, to], [left, right]);
}

function endsOf(points: TrendSeries["points"]): { readonly from: number; readonly to: number } {
  return { from: -0.5, to: Math.max(0.5, points.length - 0.5) };
}

/** From the least to the greatest value; not from zero, since it is changes that are to be seen. Intervals may reach over the edge. */
function valueScale({ points, levels, scale }: TrendSeries, box: Box, tickCount: number) {
  const values = [...points.map(({ value }) => value), ...levels.flatMap(({ low, high }) => [low, high])];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  // What stays within 2 % is not drawn as mountains.
  const least = scale === "ratio" ? high * 0.02 : 0.001;
  const room = Math.max(high - low, least) * 0.12 + Math.max(0, least - (high - low)) / 2;
  const from = low >= 0 ? Math.max(0, low - room) : low - room;
  const y = scaleLinear([from, high + room], [box.bottom, box.top]).clamp(true);
  return { scale: y, ticks: y.ticks(tickCount) };
}

/** With as many digits as tell two ticks apart. */
function axisLabel(value: number, step: number, { unit }: TrendSeries): string {
  const plain = formatMetric(value, unit);
  const beside = formatMetric(value + step, unit);
  if (plain !== beside || step === 0) return plain;
  return `${Number(value.toPrecision(5))}`;
}

function dateAxis(points: readonly TrendPoint[], x: Scale, box: Box): Html[] {
  const most = Math.max(2, Math.floor((box.right - box.left) / 110));
  const every = Math.max(1, Math.ceil(points.length / most));
  return points.flatMap((point, i) =>
    i % every === 0
      ? [
          html`<text x="${n1(x(i))}" y="${box.bottom + 17}" text-anchor="middle">${point.at.slice(0, 10)}</text>`,
        ]
      : [],
  );
}

function bands({ levels, unit }: TrendSeries, x: Scale, y: Scale): Html[] {
  return levels.map(({ start, end, value, low, high }) => {
    const [from, to] = [x(start - 0.5), x(end - 0.5)];
    const height = Math.max(2, y(low) - y(high));
    const told = `level of ${end - start}: typically ${formatMetric(value, unit)}, half of them from ${formatMetric(low, unit)} to ${formatMetric(high, unit)}`;
    return html`<g><title>${told}</title><rect x="${n1(from)}" y="${n1(y(high))}" width="${n1(to - from)}" height="${n1(height)}" fill="var(--b2)"/><line x1="${n1(from)}" x2="${n1(to)}" y1="${n1(y(value))}" y2="${n1(y(value))}" stroke="var(--i0)" stroke-width="2"/></g>`;
  });
}

function whisker({ low, high }: TrendPoint, at: number, y: Scale, box: Box): Html | false {
  if (low === undefined || high === undefined) return false;
  const [bottom, top] = [Math.min(box.bottom, y(low)), Math.max(box.top, y(high))];
  return html`<path d="M${n1(at)},${n1(top)}V${n1(bottom)}" stroke="var(--i2)" stroke-width="1.5" fill="none"/>`;
}

/** Hollow where there were changes that no commit holds. */
function dot(point: TrendPoint, at: number, y: Scale, unit: TrendSeries["unit"]): Html {
  const { value, low, high, dirty } = point;
  const range =
    low === undefined || high === undefined
      ? ""
      : `, 95 % CI ${formatMetric(low, unit)} to ${formatMetric(high, unit)}`;
  const told = `${pointName(point)} · ${pointTime(point)} UTC · ${formatMetric(value, unit)}${range}`;
  return html`<circle cx="${n1(at)}" cy="${n1(y(value))}" r="3.2" fill="${dirty === true ? "var(--card)" : "var(--i1)"}" stroke="${dirty === true ? "var(--i1)" : "var(--card)"}" stroke-width="1"><title>${told}</title></circle>`;
}

function changeLines({ changes }: TrendSeries, x: Scale, box: Box): Html[] {
  return changes.map(({ index, verdict }) => {
    const at = n1(x(index - 0.5));
    return html`<line class="${trendLook(verdict).className}" x1="${at}" x2="${at}" y1="${box.top - 6}" y2="${box.bottom}" stroke="var(--vc)" stroke-width="1.3" stroke-dasharray="4 3"/>`;
  });
}

/** The size of each change in a pill above its line; where two would touch, the later one is put on another row. */
function placePills(series: TrendSeries, size: "wide" | "half") {
  const { changes, points } = series;
  const frame = frameOf(size, 0);
  const x = placeOf(points, frame);
  const ends: number[] = [];
  const placed = changes.map((change) => {
    const label = `${changeText(series, change.size)} ${change.verdict}`;
    const width = label.length * 7 + 18;
    const left = Math.max(frame.left, Math.min(x(change.index - 0.5) - width / 2, frame.right - width));
    const free = ends.findIndex((end) => end + 5 <= left);
    const row = free < 0 ? ends.length : free;
    ends[row] = left + width;
    return { change, label, width, left, row };
  });
  const rows = Math.max(ends.length, 0);
  const drawn = (box: Box): Html[] =>
    placed.map(({ change, label, width, left, row }) => {
      const top = box.top - 6 - (rows - row) * pillRow;
      const told = `${label} at ${pointName(points[change.index])}, p = ${change.p.toFixed(3)}`;
      const stem = html`<line x1="${n1(x(change.index - 0.5))}" x2="${n1(x(change.index - 0.5))}" y1="${n1(top + pillHeight)}" y2="${box.top - 6}" stroke="var(--vc)" stroke-width="1.3" stroke-dasharray="4 3"/>`;
      return html`<g class="${trendLook(change.verdict).className}" data-at="${n1(x(change.index - 0.5))}"><title>${told}</title>${row < rows - 1 && stem}<rect x="${n1(left)}" y="${n1(top)}" width="${n1(width)}" height="${pillHeight}" rx="10" fill="var(--vb)" stroke="var(--vc)"/><text x="${n1(left + width / 2)}" y="${n1(top + 14)}" text-anchor="middle" style="fill:var(--vc);font-weight:600">${label}</text></g>`;
    });
  return { rows, drawn };
}

function lastLabel({ levels, unit }: TrendSeries, y: Scale, box: Box): Html | false {
  const last = levels.at(-1);
  return (
    last !== undefined &&
    html`<text class="strong ends" x="${box.right + 8}" y="${n1(y(last.value) + 4)}">${formatMetric(last.value, unit)}</text>`
  );
}

/** All values of a series, folded away. */
export function pointsTable({ points, levels, unit }: TrendSeries): Html {
  return asTable(
    ["revision", "time (UTC)", "value", "95 % CI", "level"],
    points.map((point, i) => {
      const level = levels.find(({ start, end }) => i >= start && i < end);
      const { value, low, high } = point;
      return [
        pointName(point),
        pointTime(point),
        formatMetric(value, unit),
        low === undefined || high === undefined
          ? "–"
          : `${formatMetric(low, unit)} to ${formatMetric(high, unit)}`,
        level === undefined ? "–" : formatMetric(level.value, unit),
      ];
    }),
    points.map((_, i) => i),
  );
}
