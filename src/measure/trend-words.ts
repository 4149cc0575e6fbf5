import type { TrendChange, TrendPoint } from "./trend.ts";

/** A point's revision, with what else there was; its time where it has none. */
export function pointName(point: TrendPoint | undefined): string {
  if (point === undefined) return "the start";
  if (point.revision === undefined) return pointTime(point);
  return `${point.revision}${point.dirty === true ? " + changes" : ""}`;
}

/** `2026-11-25 02:11`, UTC. */
export function pointTime({ at }: Pick<TrendPoint, "at">): string {
  return `${at.slice(0, 10)} ${at.slice(11, 16)}`;
}

/** Where a change came: `between 1a2b3c4d5e and 6f7a8b9c0d`. */
export function changePlace({ index }: Pick<TrendChange, "index">, points: readonly TrendPoint[]): string {
  const before = pointName(points[index - 1]);
  const from = pointName(points[index]);
  return before === from ? `at ${from}` : `between ${before} and ${from}`;
}
