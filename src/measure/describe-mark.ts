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
