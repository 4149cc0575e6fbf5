import { area, line } from "d3-shape";
import { formatDuration } from "../../../base/units.ts";
import type { Interval } from "../../../measure/result.ts";
import type { ReportData } from "../report-data.ts";
import { type Html, html } from "../template.ts";
import {
  asTable,
  boxOf,
  drawing,
  inside,
  seriesKey,
  someOf,
  timeAxis,
  timeScale,
  valueAxis,
  zeroScale,
} from "./frame.ts";
import { markZones } from "./marks.ts";

/** One small chart of a resource. */
export interface ResourceChart {
  readonly title: string;
  readonly note: string;
  readonly lines: readonly {
    readonly name: string;
    readonly colour: string;
    readonly value: (row: Interval) => number | undefined;
  }[];
  readonly label: (value: number) => string;
}

/** Draws one resource over time; the first line is filled. */
export function resourceChart(data: ReportData, { title, note, lines, label }: ResourceChart): Html {
  const box = { ...boxOf(366, 150), left: 58, top: 12 };
  const values = lines.flatMap(({ value }) => data.rows.map((row) => value(row) ?? 0));
  const { scale: y, ticks } = zeroScale(values, box, 3);
  const x = timeScale(data, box);
  const at = ({ atMs, lengthMs }: Interval): number => x(atMs + lengthMs / 2);
  const paths = lines.map(({ name, value, colour }, i) => {
    const rows = data.rows.filter((row) => value(row) !== undefined);
    const height = (row: Interval): number => y(value(row) ?? 0);
    const fill =
      i === 0 &&
      html`<path data-s="${name}" d="${area<Interval>(at, box.bottom, height).digits(1)([...rows]) ?? ""}" fill="${colour}" opacity=".14"/>`;
    return html`${fill}<path data-s="${name}" d="${line<Interval>(at, height).digits(1)([...rows]) ?? ""}" fill="none" stroke="${colour}" stroke-width="1.5"/>`;
  });
  const legend =
    lines.length > 1 &&
    html`<span class="legend">${lines.map(({ name, colour }) => seriesKey(name, colour, name))}</span>`;
  const table = asTable(
    ["time", ...lines.map(({ name }) => name)],
    someOf(data.rows, 40).map((row) => [
      formatDuration(row.atMs * 1000),
      ...lines.map(({ value }) => {
        const v = value(row);
        return v === undefined ? "–" : label(v);
      }),
    ]),
  );
  const body = [
    inside(box, markZones(data, x, box)),
    timeAxis(data, x, box, false),
    html`${valueAxis(y, ticks, box, label)}`,
    inside(box, paths),
  ];
  return html`<div class="chart"><div class="title"><h3>${title}</h3><span class="sub">${note}</span>${legend}</div>${drawing(box, title, note, body, data)}${table}</div>`;
}

/** A line without axes for a tile. */
export function sparkline(values: readonly number[], colour: string): Html {
  const known = values.filter((value) => Number.isFinite(value));
  if (known.length < 2) return html`<svg viewBox="0 0 150 26" aria-hidden="true"></svg>`;
  const high = Math.max(...known);
  const low = Math.min(...known, high * 0.5);
  const step = 150 / (known.length - 1);
  const y = (value: number): number => 24 - ((value - low) / Math.max(high - low, 1e-9)) * 22;
  const path = line<number>((_, i) => i * step, y).digits(1)(known) ?? "";
  return html`<svg viewBox="0 0 150 26" preserveAspectRatio="none" aria-hidden="true"><path d="${path}" fill="none" stroke="${colour}" stroke-width="1.5" vector-effect="non-scaling-stroke"/></svg>`;
}
