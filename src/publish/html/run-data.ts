import { formatCount, formatDuration, formatRate } from "../../base/units.ts";
import type { Interval } from "../../measure/result.ts";
import type { PageData } from "./page.ts";
import type { ReportData } from "./report-data.ts";
import { timelineCsv } from "./run-csv.ts";

/** Of a longer timeline the rows are left to result.json, which the report need not hold twice. */
const mostRowsOfDownload = 400;

/** What the script of a run's report needs: the figures under the cursor, and what is downloaded, without what only draws. */
export function embeddedRun({ result, rows, trial }: ReportData): PageData {
  const isLong = rows.length > mostRowsOfDownload;
  const trials = result.trials.map((one) => ({
    ...one,
    timeline: isLong ? [] : one.timeline.map(({ heat: _heat, counters: _counters, ...row }) => row),
  }));
  const { span, ...csv } = timelineCsv(trial?.timeline ?? []);
  const leftOut = isLong ? "timelines" : "heat maps and counters of timelines";
  const ofTrial = result.trials.length > 1 ? ` of trial ${(trial?.trial ?? 0) + 1}` : "";
  const course = `the timeline${ofTrial}${span === 1 ? "" : ` in spans of ${span} intervals: counts are sums, latencies the highest`}`;
  return {
    name: result.scenario.name,
    heads: [
      ...["time", "phase", "offered", "done"],
      ...["p50", "p90", "p99", "p99.9", "max"],
      ...["errors", "in flight"],
    ],
    rows: rows.map((row) => [row.atMs + row.lengthMs / 2, ...figures(row)]),
    result: { leftOut, ...result, trials },
    csv,
    downloads: `Download JSON gives the result without ${leftOut}, which are in result.json; Download CSV, ${course}.`,
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
