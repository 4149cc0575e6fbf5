import { formatCount, formatDuration, formatRate } from "../../base/units.ts";
import type { Interval } from "../../measure/result.ts";
import type { CsvTable, PageData } from "./page.ts";
import { errorsIn, type ReportData } from "./report-data.ts";

/** Of a longer timeline the rows are left to result.json, which the report need not hold twice. */
const mostRowsOfDownload = 400;

/** What the script of a run's report needs: the figures under the cursor, and what is downloaded, without what only draws. */
export function embeddedRun({ result, rows }: ReportData): PageData {
  const trials = result.trials.map((trial) => ({
    ...trial,
    timeline:
      rows.length > mostRowsOfDownload
        ? []
        : trial.timeline.map(({ heat: _heat, counters: _counters, ...row }) => row),
  }));
  return {
    name: result.scenario.name,
    heads: [
      ...["time", "phase", "offered", "done"],
      ...["p50", "p90", "p99", "p99.9", "max"],
      ...["errors", "in flight"],
    ],
    rows: rows.map((row) => [row.atMs + row.lengthMs / 2, ...figures(row)]),
    result: { ...result, trials },
    csv: timelineCsv(rows),
  };
}

function figures(row: Interval): readonly string[] {
  const perSec = (count: number): string => formatRate((count * 1000) / Math.max(1, row.lengthMs));
  return [
    formatDuration(row.atMs * 1000),
    row.phase,
    perSec(row.offered),
    perSec(row.completed),
    ...[row.p50, row.p90, row.p99, row.p999, row.max].map((micros) =>
      row.completed === 0 ? "" : formatDuration(micros),
    ),
    Object.entries(row.errors)
      .map(([kind, count]) => `${formatCount(count)} ${kind}`)
      .join(", "),
    formatCount(row.inFlight),
  ];
}

function timelineCsv(rows: readonly Interval[]): CsvTable {
  return {
    heads: [
      ...["at_ms", "length_ms", "phase", "kind", "offered", "completed", "failed", "in_flight"],
      ...["p50_us", "p90_us", "p99_us", "p999_us", "max_us", "cpu_cores", "rss_bytes"],
    ],
    rows: rows.map((row) => [
      Math.round(row.atMs),
      Math.round(row.lengthMs),
      row.phase,
      row.kind,
      row.offered,
      row.completed,
      errorsIn(row),
      row.inFlight,
      ...[row.p50, row.p90, row.p99, row.p999, row.max].map((micros) => Number(micros.toPrecision(4))),
      Number(row.cpuCores.toFixed(3)),
      row.rssBytes,
    ]),
  };
}
