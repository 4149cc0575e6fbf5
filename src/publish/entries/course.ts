import type { Interval, TrialResult } from "../../measure/result.ts";
import type { EntryCourse } from "../../measure/run-entry.ts";

const mostSpans = 48;

/** The course of a measured phase in the first trial that has one; undefined where it has fewer than two intervals. */
export function courseOf(phase: string, trials: readonly TrialResult[]): EntryCourse | undefined {
  const rows = trials
    .map(({ timeline }) => timeline.filter((row) => row.kind === "measured" && row.phase === phase))
    .find((measured) => measured.length > 0);
  const [first, last] = [rows?.[0], rows?.at(-1)];
  if (rows === undefined || rows.length < 2 || first === undefined || last === undefined) return undefined;
  const spans = inSpans(rows);
  return {
    fromMs: Math.round(first.atMs),
    toMs: Math.round(last.atMs + last.lengthMs),
    p50: spans.map((span) => rounded(middleOf(latenciesOf(span, "p50")))),
    p99: spans.map((span) => rounded(latenciesOf(span, "p99").at(-1))),
    throughput: spans.map((span) => rounded(rateOf(span)) ?? 0),
  };
}

/** The rows in groups of as nearly one size as can be. */
function inSpans(rows: readonly Interval[]): readonly (readonly Interval[])[] {
  const count = Math.min(mostSpans, rows.length);
  const edge = (i: number): number => Math.round((i * rows.length) / count);
  return Array.from({ length: count }, (_, i) => rows.slice(edge(i), edge(i + 1)));
}

/** In ascending order; none of rows in which nothing was completed. */
function latenciesOf(span: readonly Interval[], name: "p50" | "p99"): readonly number[] {
  return span
    .filter(({ completed }) => completed > 0)
    .map((row) => row[name])
    .toSorted((a, b) => a - b);
}

function middleOf(sorted: readonly number[]): number | undefined {
  return sorted[(sorted.length - 1) >> 1];
}

function rateOf(span: readonly Interval[]): number {
  const completed = span.reduce((sum, row) => sum + row.completed, 0);
  return (
    (completed * 1000) /
    Math.max(
      1,
      span.reduce((sum, { lengthMs }) => sum + lengthMs, 0),
    )
  );
}

/** Three significant digits: more cannot be seen in a drawing. */
function rounded(value: number | undefined): number | null {
  return value === undefined || !Number.isFinite(value) ? null : Number(value.toPrecision(3));
}
