import type { Interval, TimelineMark, TrialResult } from "../measure/result.ts";

/** How long the load took to be carried as before, after the end of one or more faults. */
export interface Recovery {
  /** From the end of the last of the faults. Where it did not come, how long was looked for it. */
  readonly tookMs: number;
  readonly isRecovered: boolean;
}

/** The load must have been carried well for so long: before the first fault, and to count as recovered. */
export const recoveryWindowMs = 1000;
/** The share of what is offered that must be completed. */
const leastCompleted = 0.9;
/** A p99 may be so many times the worst before the faults. */
const mostSlower = 1.1;
/** A p99 below this is as good as any before: on an idle machine the worst before can be a fraction of it. */
const floorMicros = 2000;

type EndedFault = TimelineMark & { readonly untilMs: number };

/**
 * Reads from the timeline when the load was carried again as before each fault.
 *
 * A fault is over when its end is done (a Redis that was killed answers again). The load has recovered at the start of
 * the first second of rows after that in which at least 90 % of what was offered was completed, and no row had a p99 above
 * 1.1 times the highest p99 of a row before the first fault of that phase, or above 2 ms, whichever is more. Such a
 * maximum of rows is held against a maximum of rows, so that a machine's usual noise is on both sides. In a closed loop,
 * what is offered is the mean rate before the fault. Rows of other phases do not count: theirs is another load.
 *
 * A fault that begins before the load has recovered from the one before makes one outage with it, and the time runs from
 * the end of the last. Gives undefined where there is no fault, or less than a second of load before the first.
 */
export function readRecoveries(trial: TrialResult): readonly Recovery[] | undefined {
  const faults = trial.marks
    .filter((mark): mark is EndedFault => mark.fault !== undefined && mark.untilMs !== undefined)
    .toSorted((a, b) => a.atMs - b.atMs);
  const found: Recovery[] = [];
  for (const struck of struckPhases(faults, trial)) {
    const recoveries = readPhase(struck);
    if (recoveries === undefined) return undefined;
    found.push(...recoveries);
  }
  return found.length === 0 ? undefined : found;
}

interface StruckPhase {
  readonly isOpen: boolean;
  readonly rows: readonly Interval[];
  /** In the order in which they began. */
  readonly faults: readonly EndedFault[];
}

function struckPhases(
  faults: readonly EndedFault[],
  { timeline, phases: results }: TrialResult,
): StruckPhase[] {
  const phases = new Map<string, EndedFault[]>();
  const measured = timeline.filter(({ kind }) => kind === "measured");
  for (const fault of faults) {
    const phase = measured.findLast(({ atMs }) => atMs <= fault.atMs)?.phase ?? measured[0]?.phase;
    if (phase !== undefined) phases.set(phase, [...(phases.get(phase) ?? []), fault]);
  }
  return [...phases].map(([name, inPhase]) => ({
    isOpen: results.find(({ phase, kind }) => phase === name && kind === "measured")?.loop !== "closed",
    rows: measured.filter(({ phase }) => phase === name),
    faults: inPhase,
  }));
}

function readPhase({ isOpen, rows, faults }: StruckPhase): readonly Recovery[] | undefined {
  const before = rows.filter(({ atMs, lengthMs }) => atMs + lengthMs <= (faults[0]?.atMs ?? 0));
  // Rows are cut by a timer, so ten of 100 ms make a second, give or take.
  if (lengthOf(before) < recoveryWindowMs * 0.95) return undefined;
  const limits = limitsOf(before, isOpen);
  const lastRow = rows.at(-1);
  const endMs = lastRow === undefined ? 0 : lastRow.atMs + lastRow.lengthMs;
  return faults.flatMap(({ untilMs }, i): Recovery[] => {
    const nextMs = faults[i + 1]?.atMs ?? Number.POSITIVE_INFINITY;
    const recoveredMs = firstGoodWindow(rows, untilMs, nextMs, limits);
    if (recoveredMs !== undefined) return [{ tookMs: recoveredMs - untilMs, isRecovered: true }];
    return i < faults.length - 1 ? [] : [{ tookMs: Math.max(0, endMs - untilMs), isRecovered: false }];
  });
}

interface Limits {
  readonly p99Micros: number;
  /** The rate before, for a loop that offers only what is completed. */
  readonly completedPerMs: number | undefined;
}

function limitsOf(before: readonly Interval[], isOpen: boolean): Limits {
  const worst = before.reduce((most, { p99 }) => Math.max(most, p99), 0);
  const completed = before.reduce((sum, row) => sum + row.completed, 0);
  return {
    p99Micros: Math.max(floorMicros, mostSlower * worst),
    completedPerMs: isOpen ? undefined : completed / lengthOf(before),
  };
}

/** Where the first good second between the two times begins. */
function firstGoodWindow(
  rows: readonly Interval[],
  fromMs: number,
  untilMs: number,
  limits: Limits,
): number | undefined {
  for (let first = rows.findIndex(({ atMs }) => atMs >= fromMs); first >= 0 && first < rows.length; first++) {
    const window = windowAt(rows, first);
    const last = window?.at(-1);
    if (window === undefined || last === undefined || last.atMs + last.lengthMs > untilMs) return undefined;
    if (isGood(window, limits)) return window[0]?.atMs;
  }
  return undefined;
}

function windowAt(rows: readonly Interval[], first: number): readonly Interval[] | undefined {
  let lengthMs = 0;
  for (let end = first; end < rows.length; end++) {
    lengthMs += rows[end]?.lengthMs ?? 0;
    if (lengthMs >= recoveryWindowMs * 0.95) return rows.slice(first, end + 1);
  }
  return undefined;
}

function isGood(window: readonly Interval[], { p99Micros, completedPerMs }: Limits): boolean {
  const completed = window.reduce((sum, row) => sum + row.completed, 0);
  const offered = window.reduce((sum, row) => sum + row.offered, 0);
  const wanted = completedPerMs === undefined ? offered : completedPerMs * lengthOf(window);
  return wanted > 0 && completed >= leastCompleted * wanted && window.every(({ p99 }) => p99 <= p99Micros);
}

function lengthOf(rows: readonly Interval[]): number {
  return rows.reduce((sum, { lengthMs }) => sum + lengthMs, 0);
}
