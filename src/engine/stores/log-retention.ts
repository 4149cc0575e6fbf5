import { countOf } from "../codec.ts";
import type { TrimBounds, TrimOutcome } from "../store.ts";
import type { LogGroups } from "./log-groups.ts";
import { listSegments, readFrames } from "./log-segment.ts";

/** What trimming a log needs to know. */
export interface LogTrimOptions {
  readonly dir: string;
  /** The segment that is written to; it always stays. */
  readonly lastSegment: number;
  readonly groups: Pick<LogGroups, "floor" | "sync">;
  /** How many events a segment that is no longer written to holds; filled in as they are counted. */
  readonly eventsOf: Map<number, number>;
  /** Removes segments; when it resolves, they stay removed. */
  readonly remove: (segments: readonly number[]) => Promise<void>;
}

/** Drops whole segments from the oldest on, while the bounds allow it and no group needs them. */
export async function trimLog(bounds: TrimBounds, options: LogTrimOptions): Promise<TrimOutcome> {
  const { groups, eventsOf, remove } = options;
  const unwanted = await unwantedSegments(bounds, options);
  const { segment: floor, group } = groups.floor();
  const dropped = unwanted.filter((segment) => segment < floor);
  if (dropped.length > 0) {
    await groups.sync();
    await remove(dropped);
    for (const segment of dropped) eventsOf.delete(segment);
  }
  return { heldBy: dropped.length < unwanted.length ? group : undefined };
}

async function unwantedSegments(
  { olderThanMs = 0, maxEvents = Number.POSITIVE_INFINITY }: TrimBounds,
  { dir, lastSegment, eventsOf }: LogTrimOptions,
): Promise<number[]> {
  const segments = (await listSegments(dir)).filter((segment) => segment <= lastSegment);
  const surplus = Number.isFinite(maxEvents) ? await surplusSegments(dir, segments, maxEvents, eventsOf) : 0;
  const unwanted: number[] = [];
  for (const [i, segment] of segments.slice(0, -1).entries()) {
    if (i >= surplus && !(await isOlder(dir, segments[i + 1], olderThanMs))) break;
    unwanted.push(segment);
  }
  return unwanted;
}

/** How many of the oldest segments lie behind `maxEvents` newer events. */
async function surplusSegments(
  dir: string,
  segments: readonly number[],
  maxEvents: number,
  eventsOf: Map<number, number>,
): Promise<number> {
  let newer = 0;
  for (let i = segments.length - 1; i >= 0; i--) {
    if (newer >= maxEvents) return i + 1;
    const segment = segments[i] as number;
    const counted = eventsOf.get(segment) ?? (await countEvents(dir, segment));
    if (i < segments.length - 1) eventsOf.set(segment, counted);
    newer += counted;
  }
  return 0;
}

async function countEvents(dir: string, segment: number): Promise<number> {
  let events = 0;
  for await (const frame of readFrames(dir, segment)) {
    if ("broken" in frame) break;
    events += countOf(frame.payload.subarray(0, 16).toString("latin1"));
  }
  return events;
}

/** Whether the segment before `next` holds nothing from `sinceMs` on: `next` begins before that. */
export async function isOlder(dir: string, next: number | undefined, sinceMs: number): Promise<boolean> {
  if (next === undefined || sinceMs <= 0) return false;
  for await (const frame of readFrames(dir, next)) return "timeMs" in frame && frame.timeMs < sinceMs;
  return false;
}
