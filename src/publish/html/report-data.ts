import { type MergedPhase, mergePhases } from "../../measure/merge-phases.ts";
import type { Interval, RunResult, TrialResult } from "../../measure/result.ts";

/** What the sections draw from: the result, and what is computed from it once. */
export interface ReportData {
  readonly result: RunResult;
  readonly phases: readonly MergedPhase[];
  /** The trial whose course is drawn: the first that has one. */
  readonly trial: TrialResult | undefined;
  /** Its timeline, thinned to at most `maxRows`. */
  readonly rows: readonly Interval[];
  readonly marks: readonly PhaseMark[];
  readonly endMs: number;
}

/** Where a phase lies on the time axis. */
export interface PhaseMark {
  readonly name: string;
  readonly kind: "warmup" | "measured";
  readonly fromMs: number;
  readonly toMs: number;
}

const maxRows = 1000;

/** Prepares a result for drawing. */
export function prepareReport(result: RunResult): ReportData {
  const trial = result.trials.find(({ timeline }) => timeline.length > 0);
  const timeline = trial?.timeline ?? [];
  const last = timeline.at(-1);
  return {
    result,
    phases: mergePhases(result.trials),
    trial,
    rows: thin(timeline),
    marks: marksOf(timeline),
    endMs: last === undefined ? 0 : last.atMs + last.lengthMs,
  };
}

/** Keeps, of each bucket of rows, those with the lowest p99, the highest p99 and the most errors: no peak is lost. */
function thin(rows: readonly Interval[]): readonly Interval[] {
  if (rows.length <= maxRows) return rows;
  const kinds = rows.some((row) => errorsIn(row) > 0) ? 3 : 2;
  const size = Math.ceil(rows.length / Math.floor(maxRows / kinds));
  const kept: Interval[] = [];
  for (let from = 0; from < rows.length; from += size) {
    const bucket = rows.slice(from, from + size);
    const byLatency = bucket.toSorted((a, b) => a.p99 - b.p99);
    const worst = bucket.reduce((most, row) => (errorsIn(row) > errorsIn(most) ? row : most));
    const ends = [byLatency[0], byLatency.at(-1), errorsIn(worst) > 0 ? worst : undefined];
    const chosen = new Set(ends.filter((row) => row !== undefined));
    kept.push(...[...chosen].toSorted((a, b) => a.atMs - b.atMs));
  }
  return kept;
}

/** How many operations failed in a row of the timeline. */
export function errorsIn({ errors }: Pick<Interval, "errors">): number {
  return Object.values(errors).reduce((sum, count) => sum + count, 0);
}

function marksOf(timeline: readonly Interval[]): PhaseMark[] {
  const marks: { name: string; kind: PhaseMark["kind"]; fromMs: number; toMs: number }[] = [];
  for (const { phase, kind, atMs, lengthMs } of timeline) {
    const last = marks.at(-1);
    if (last?.name === phase && last.kind === kind) last.toMs = atMs + lengthMs;
    else marks.push({ name: phase, kind, fromMs: atMs, toMs: atMs + lengthMs });
  }
  return marks;
}

/** The rows of measured phases: what tiles and sparklines show. */
export function measuredRows({ rows }: ReportData): readonly Interval[] {
  return rows.filter(({ kind }) => kind === "measured");
}
