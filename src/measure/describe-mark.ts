import { formatDuration } from "../base/units.ts";
import type { TimelineMark } from "./result.ts";

/** A mark in words, times from the start of the trial: `redis-kill from 3.02 s to 5.36 s`. */
export function describeMark({ atMs, untilMs, label, problem }: TimelineMark): string {
  if (problem !== undefined) return `${label} ${problem}`;
  const from = formatDuration(atMs * 1000);
  return untilMs === undefined
    ? `${label} at ${from}`
    : `${label} from ${from} to ${formatDuration(untilMs * 1000)}`;
}

/** A mark while the run goes on: what a fault does now, or how it went. */
export function describeMarkNow({ label, atMs, untilMs, problem }: TimelineMark): string {
  if (problem !== undefined) return `${label} ${problem}`;
  return untilMs === undefined
    ? `${label} begins`
    : `${label} is over after ${formatDuration((untilMs - atMs) * 1000)}`;
}
