import { area, line } from "d3-shape";
import { formatCount, formatDuration, formatRate } from "../../../base/units.ts";
import type { Interval } from "../../../measure/result.ts";
import { errorsIn, type ReportData } from "../report-data.ts";
import { type Html, html } from "../template.ts";
import {
  asTable,
  boxOf,
  drawing,
  inside,
  n1,
  someOf,
  timeAxis,
  timeScale,
  valueAxis,
  zeroScale,
} from "./frame.ts";
import { markZones } from "./marks.ts";

/** Offered against achieved operations a second, with failures as bars at the base. */
export function throughputChart(data: ReportData): Html {
  const box = boxOf(566, 270);
  const { rows } = data;
  const perSec = (count: number, { lengthMs }: Interval): number => (count * 1000) / Math.max(1, lengthMs);
  const offered = (row: Interval): number => perSec(row.offered, row);
  const done = (row: Interval): number => perSec(row.completed, row);
  const failed = (row: Interval): number => perSec(errorsIn(row), row);
  const { scale: y, ticks } = zeroScale(
    rows.flatMap((row) => [offered(row), done(row)]),
    box,
  );
  const x = timeScale(data, box);
  const at = ({ atMs, lengthMs }: Interval): number => x(atMs + lengthMs / 2);
  const path = (value: (row: Interval) => number): string =>
    line<Interval>(at, (row) => y(value(row))).digits(1)([...rows]) ?? "";
  const bars = rows
    .filter((row) => failed(row) > 0)
    .map((row) => {
      const top = Math.min(y(failed(row)), box.bottom - 2);
      return html`<rect x="${n1(x(row.atMs))}" y="${n1(top)}" width="${n1(Math.max(1, x(row.atMs + row.lengthMs) - x(row.atMs) - 0.5))}" height="${n1(box.bottom - top)}" fill="var(--red)"/>`;
    });
  // What was asked for and not done; where more was done than asked, as after a stall, there is no gap.
  const gap = area<Interval>(
    at,
    (row) => y(Math.max(offered(row), done(row))),
    (row) => y(done(row)),
  ).digits(1)([...rows]);
  const body = [
    inside(box, markZones(data, x, box)),
    timeAxis(data, x, box),
    html`${valueAxis(y, ticks, box, shortRate)}`,
    inside(box, [
      html`<path data-s="gap" d="${gap ?? ""}" fill="var(--redsoft)"/>`,
      html`<path data-s="offered" d="${path(offered)}" fill="none" stroke="var(--grey)" stroke-width="1.5" stroke-dasharray="5 4"/><path data-s="achieved" d="${path(done)}" fill="none" stroke="var(--teal)" stroke-width="1.8"/><g data-s="errors">${bars}</g>`,
    ]),
  ];
  const table = asTable(
    ["time", "offered", "achieved", "errors"],
    someOf(rows).map((row) => [
      formatDuration(row.atMs * 1000),
      formatRate(offered(row)),
      formatRate(done(row)),
      formatCount(failed(row)),
    ]),
  );
  return html`${drawing(box, "Throughput", "Operations a second that were asked for and that were completed.", body, data)}${table}`;
}

function shortRate(perSec: number): string {
  if (perSec >= 1e6) return `${perSec / 1e6}M/s`;
  return perSec >= 1000 ? `${perSec / 1000}k/s` : `${perSec}/s`;
}
