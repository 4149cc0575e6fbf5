import { area, line } from "d3-shape";
import { formatDuration } from "../../../base/units.ts";
import { describeMark } from "../../../measure/describe-mark.ts";
import type { Interval } from "../../../measure/result.ts";
import type { ReportData } from "../report-data.ts";
import { type Html, html } from "../template.ts";
import {
  asTable,
  boxOf,
  drawing,
  inside,
  latencyLabel,
  logScale,
  n1,
  scrollable,
  someOf,
  timeAxis,
  timeScale,
  valueAxis,
} from "./frame.ts";
import { markPills, markZones } from "./marks.ts";

type Quantile = "p50" | "p90" | "p99" | "p999";

/** Percentiles over time on a log axis: bands from p50 to p90 to p99, lines for p50, p99 and p99.9. */
export function latencyOverTime(data: ReportData): Html {
  const box = { ...boxOf(1160, 322), right: 1104 };
  const rows = data.rows.filter(({ completed }) => completed > 0);
  const { scale: y, ticks } = logScale(
    rows.flatMap(({ p50, p999 }) => [p50, p999]),
    box,
  );
  const x = timeScale(data, box);
  const at = ({ atMs, lengthMs }: Interval): number => x(atMs + lengthMs / 2);
  // Another phase is another load: no line joins them.
  const groups = data.marks.flatMap(({ fromMs, toMs }) =>
    unbroken(data.rows.filter(({ atMs }) => atMs >= fromMs && atMs < toMs)),
  );
  const path = (quantile: Quantile): string =>
    groups
      .map((group) => line<Interval>(at, (row) => y(Math.max(row[quantile], 1e-3))).digits(1)(group) ?? "")
      .join("");
  const band = (low: Quantile, high: Quantile): string =>
    groups
      .map(
        (group) =>
          area<Interval>(
            at,
            (row) => y(Math.max(row[low], 1e-3)),
            (row) => y(Math.max(row[high], 1e-3)),
          ).digits(1)(group) ?? "",
      )
      .join("");
  const body = [
    inside(box, markZones(data, x, box)),
    timeAxis(data, x, box),
    html`${valueAxis(y, ticks, box, latencyLabel)}`,
    inside(box, [
      html`<path data-s="p90-p99" d="${band("p90", "p99")}" fill="var(--b2)"/><path data-s="p50-p90" d="${band("p50", "p90")}" fill="var(--b1)"/>`,
      html`<path data-s="p99.9" d="${path("p999")}" fill="none" stroke="var(--i2)"/><path data-s="p99" d="${path("p99")}" fill="none" stroke="var(--i1)" stroke-width="1.4"/><path data-s="p50" d="${path("p50")}" fill="none" stroke="var(--i0)" stroke-width="2.2"/>`,
      ...limits(data, y, box, x),
      ...markPills(data, x, box),
    ]),
    html`<g class="ends">${endLabels(rows.at(-1), y, box.right)}</g>`,
  ];
  const happened = (data.trial?.marks ?? []).map((mark) => ` ${describeMark(mark)}.`).join("");
  const summary = `p50, p90, p99 and p99.9 of each interval, measured from when operations were due.${happened}`;
  const table = asTable(
    ["time", "p50", "p90", "p99", "p99.9", "max"],
    someOf(rows).map(({ atMs, p50, p90, p99, p999, max }) => [
      formatDuration(atMs * 1000),
      ...[p50, p90, p99, p999, max].map(formatDuration),
    ]),
  );
  return html`${scrollable(drawing(box, "Latency over time", summary, body, data), "wider")}${table}`;
}

/** So many intervals in a row without an answer are an outage, and no line is drawn through it. */
const outageRows = 3;

/** Rows with answers, apart where there was an outage between them. */
function unbroken(rows: readonly Interval[]): readonly (readonly Interval[])[] {
  const groups: Interval[][] = [[]];
  let silent = 0;
  for (const row of rows) {
    if (row.completed === 0) {
      if (row.offered > 0) silent++;
      continue;
    }
    if (silent >= outageRows) groups.push([]);
    silent = 0;
    groups.at(-1)?.push(row);
  }
  return groups;
}

/** The limits of latency targets, on the phases that they concern. */
function limits(
  data: ReportData,
  y: (value: number) => number,
  box: { readonly top: number; readonly bottom: number; readonly right: number },
  x: (ms: number) => number,
): Html[] {
  const drawn = data.result.verdicts.filter(
    ({ unit, metricName }) => unit === "us" && metricName.startsWith("p"),
  );
  return drawn.flatMap((verdict) => {
    const marks = data.marks.filter(
      ({ name, kind }) => kind === "measured" && (verdict.phase ?? name) === name,
    );
    const at = y(verdict.limit);
    if (marks.length === 0 || at <= box.top || at >= box.bottom) return [];
    const from = Math.min(...marks.map(({ fromMs }) => x(fromMs)));
    const to = Math.max(...marks.map(({ toMs }) => x(toMs)));
    return [
      html`<line class="lim" x1="${n1(from)}" x2="${n1(to)}" y1="${n1(at)}" y2="${n1(at)}"/><text class="red" x="${n1(to - 6)}" y="${n1(at - 6)}" text-anchor="end">${`${verdict.metricName} ${verdict.op} ${formatDuration(verdict.limit)}`}</text>`,
    ];
  });
}

/** Names at the right end, moved apart where they would touch. */
function endLabels(last: Interval | undefined, y: (value: number) => number, right: number): Html[] {
  if (last === undefined) return [];
  const names: readonly (readonly [string, number])[] = [
    ["p99.9", last.p999],
    ["p99", last.p99],
    ["p90", last.p90],
    ["p50", last.p50],
  ];
  let lowest = Number.NEGATIVE_INFINITY;
  return names.map(([name, value]) => {
    const place = Math.max(lowest + 13, y(Math.max(value, 1e-3)) + 4);
    lowest = place;
    return html`<text data-s="${name}" x="${right + 6}" y="${n1(place)}">${name}</text>`;
  });
}
