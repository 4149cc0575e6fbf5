import { messageOf } from "../../base/errors.ts";
import type { TimelineMark } from "../../measure/result.ts";
import { type Fault, labelOf } from "../../scenario/fault.ts";
import type { EndFault } from "../target.ts";

/** What a timetable works with. Times are milliseconds since the trial began. */
export interface TimetableOptions {
  readonly faults: readonly Fault[];
  /** When the measured load began. */
  readonly loadStartMs: number;
  readonly nowMs: () => number;
  /** Resolves at that time, or as soon as the signal is aborted. */
  readonly waitUntil: (atMs: number, signal: AbortSignal) => Promise<void>;
  /** Aborted: no more faults are begun, and those under way are ended. */
  readonly signal: AbortSignal;
  readonly begin: (fault: Fault) => Promise<EndFault>;
  /** Hears of each fault when it has begun, and again, with `untilMs` or a problem, when it is over. */
  readonly onMark: (mark: TimelineMark) => void;
}

/** Faults that come and go by themselves. */
export interface Timetable {
  /** Whether a fault is under way, or was less than so long ago. */
  isBroken(sinceMs: number): boolean;
  /** Begins no more faults and ends those that are under way; resolves with all marks when that is done. */
  stop(): Promise<readonly TimelineMark[]>;
}

/**
 * Begins and ends each fault at its time. A fault's mark says when it was really asked for, and when it was really over:
 * a Redis that was killed is over when it answers again. One that cannot be begun or ended has its problem in its mark.
 */
export function startTimetable(options: TimetableOptions): Timetable {
  const stopped = new AbortController();
  const signal = AbortSignal.any([stopped.signal, options.signal]);
  const marks: TimelineMark[] = [];
  let underWay = 0;
  let lastEndMs = Number.NEGATIVE_INFINITY;
  const perform = async (fault: Fault): Promise<void> => {
    await options.waitUntil(options.loadStartMs + fault.atMs, signal);
    if (signal.aborted) return;
    underWay++;
    const mark = await performNow(fault, options, signal);
    underWay--;
    lastEndMs = options.nowMs();
    marks.push(mark);
    options.onMark(mark);
  };
  const all = Promise.all(options.faults.map(perform));
  return {
    isBroken: (sinceMs) => underWay > 0 || options.nowMs() - lastEndMs < sinceMs,
    stop: async () => {
      stopped.abort();
      await all;
      return marks.toSorted((a, b) => a.atMs - b.atMs);
    },
  };
}

async function performNow(
  fault: Fault,
  { nowMs, waitUntil, begin, onMark }: TimetableOptions,
  signal: AbortSignal,
): Promise<TimelineMark> {
  const mark = { atMs: nowMs(), label: labelOf(fault), fault: fault.kind };
  let end: EndFault;
  try {
    end = await begin(fault);
  } catch (error) {
    return { ...mark, problem: `could not be begun: ${messageOf(error)}` };
  }
  onMark(mark);
  await waitUntil(mark.atMs + fault.forMs, signal);
  try {
    await end();
    return { ...mark, untilMs: nowMs() };
  } catch (error) {
    return { ...mark, problem: `could not be ended: ${messageOf(error)}` };
  }
}
