import type { Interval } from "../../measure/result.ts";
import type { CsvTable } from "./page.ts";
import { errorsIn } from "./report-data.ts";

/** A longer timeline is given in spans, so that the page stays small. */
const mostRows = 1000;

/** The timeline of a trial for other programs. */
export interface TimelineCsv extends CsvTable {
  /** How many intervals a row spans; fewer at the end of a phase. */
  readonly span: number;
}

/**
 * A timeline as a table of about 1,000 rows at most. Where a row spans several intervals, its counts are their sums,
 * `cpu_cores` is their mean, and the others are their highest, which their headings then tell: percentiles of several
 * intervals cannot be averaged.
 */
export function timelineCsv(timeline: readonly Interval[]): TimelineCsv {
  const span = Math.max(1, Math.ceil(timeline.length / mostRows));
  const highest = (head: string): string => (span === 1 ? head : `${head}_highest`);
  return {
    span,
    heads: [
      ...["at_ms", "length_ms", "phase", "kind", "offered", "completed", "failed"],
      ...["in_flight", "p50_us", "p90_us", "p99_us", "p999_us", "max_us"].map(highest),
      "cpu_cores",
      highest("rss_bytes"),
    ],
    rows: spansOf(timeline, span).map(rowOf),
  };
}

/** Neighbours of one phase, so many at a time. */
function spansOf(timeline: readonly Interval[], size: number): readonly Interval[][] {
  const spans: Interval[][] = [];
  for (const interval of timeline) {
    const span = spans.at(-1);
    const first = span?.[0];
    const goesOn = first?.phase === interval.phase && first.kind === interval.kind;
    if (span !== undefined && goesOn && span.length < size) span.push(interval);
    else spans.push([interval]);
  }
  return spans;
}

function rowOf(span: readonly Interval[]): readonly (string | number)[] {
  const [{ phase, kind, atMs } = { phase: "", kind: "", atMs: 0 }] = span;
  const sum = (of: (one: Interval) => number): number => span.reduce((total, one) => total + of(one), 0);
  const highest = (of: (one: Interval) => number): number => Math.max(...span.map(of));
  const lengthMs = sum((one) => one.lengthMs);
  const percentiles = (["p50", "p90", "p99", "p999", "max"] as const).map((name) =>
    Number(highest((one) => one[name]).toPrecision(4)),
  );
  const coreMs = sum((one) => one.cpuCores * one.lengthMs);
  return [
    ...[Math.round(atMs), Math.round(lengthMs), phase, kind],
    ...[sum(({ offered }) => offered), sum(({ completed }) => completed), sum(errorsIn)],
    ...[highest(({ inFlight }) => inFlight), ...percentiles],
    ...[Number((coreMs / Math.max(1, lengthMs)).toFixed(3)), highest(({ rssBytes }) => rssBytes)],
  ];
}
