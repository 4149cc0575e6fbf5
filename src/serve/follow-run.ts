import type { ProgressEvent } from "../drive/progress.ts";
import { describeMarkNow } from "../measure/describe-mark.ts";
import { type LivePoint, type LiveRun, maxLivePoints } from "../measure/live-run.ts";
import type { Interval } from "../measure/result.ts";

/** The run after one more event. */
export function followRun(run: LiveRun, event: ProgressEvent): LiveRun {
  switch (event.type) {
    case "service":
      return { ...run, note: event.text };
    case "trial": {
      const { phase: _, ...rest } = run;
      return { ...rest, trial: { number: event.trial + 1, of: event.of } };
    }
    case "phase": {
      const { type: _, ...phase } = event;
      const { fault: __, ...rest } = run;
      return { ...rest, phase: { ...phase, doneMs: 0 } };
    }
    case "fault":
      return { ...run, fault: describeMarkNow(event.mark) };
    case "interval":
      return withInterval(run, event.interval);
  }
}

function withInterval(run: LiveRun, interval: Interval): LiveRun {
  const { lengthMs } = interval;
  const last = run.points.at(-1);
  const endMs = last === undefined ? 0 : last.atMs + last.lengthMs / 2;
  const points = [...run.points, pointOf(interval, endMs + lengthMs / 2)].slice(-maxLivePoints);
  return run.phase === undefined
    ? { ...run, points }
    : { ...run, points, phase: { ...run.phase, doneMs: run.phase.doneMs + lengthMs } };
}

function pointOf(interval: Interval, atMs: number): LivePoint {
  const { kind, lengthMs, offered, completed, errors, inFlight, p50, p99, lagP99 } = interval;
  const perSec = (count: number): number => (count * 1000) / Math.max(1, lengthMs);
  return {
    atMs,
    lengthMs,
    isWarmup: kind === "warmup",
    offeredPerSec: perSec(offered),
    completedPerSec: perSec(completed),
    failedPerSec: perSec(Object.values(errors).reduce((sum, count) => sum + count, 0)),
    inFlight,
    p50,
    p99,
    lagP99,
    cpuCores: interval.cpuCores + (interval.outsideCpuCores ?? 0),
  };
}
