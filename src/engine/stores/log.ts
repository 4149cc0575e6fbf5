import { mkdir, stat } from "node:fs/promises";
import { DynoError, messageOf } from "../../base/errors.ts";
import { decodeBatch, encodeBatch } from "../codec.ts";
import type { StoreConfig, StoreContext } from "../config.ts";
import type { AckLevel, EventStore, Position, PreparedEvent, ReadOptions, StoredEvent } from "../store.ts";
import { diskFiles, type LogFiles } from "./log-files.ts";
import { lockFolder } from "./log-lock.ts";
import { damaged, findEnd, listSegments, readFrames, segmentPath } from "./log-segment.ts";
import { type LogWriter, openLogWriter } from "./log-writer.ts";

const levels: readonly AckLevel[] = ["accepted", "stored", "durable"];

/** A log store, whose files can also be dropped by number. */
export interface LogStore extends EventStore {
  /** What its files take now, in bytes. */
  readonly keptBytes: number;
  /** Begins a new file behind everything appended until now, and gives its number. */
  beginSegment(): Promise<number>;
  /** Removes the files before this number; when it resolves, they stay removed also after a power cut. */
  dropBefore(segment: number): Promise<void>;
}

/**
 * Opens a log store: a folder of segment files that are only appended to. `stored` means written to the file,
 * `durable` fdatasynced; appends that come while a sync is under way share the next one.
 *
 * On opening, a torn write at the very end is cut off. Damage to what was synced is refused as `corrupt`, and
 * a folder that another process owns as `conflict`.
 */
export async function openLogStore(
  { dir }: Extract<StoreConfig, { kind: "log" }>,
  { knobs, clock }: Pick<StoreContext, "knobs" | "clock">,
  files: LogFiles = diskFiles,
): Promise<LogStore> {
  await makeFolder(dir);
  const unlock = await lockFolder(dir);
  try {
    const segments = await listSegments(dir);
    const segment = segments.at(-1) ?? 1;
    const { end: offset, tornBytes } = await endOf(dir, segment);
    const writer = await openLogWriter({ files, dir, segment, offset, segmentBytes: knobs.segmentBytes });
    const openedBytes = offset + (await bytesOf(dir, segments.slice(0, -1)));
    const epochMs = (): number => clock.epochMs();
    return new SegmentedLog({ files, dir, writer, unlock, tornBytes, openedBytes, epochMs });
  } catch (thrown) {
    await unlock();
    throw thrown;
  }
}

async function makeFolder(dir: string): Promise<void> {
  try {
    await mkdir(dir, { recursive: true });
  } catch (cause) {
    throw new DynoError("setup", `the log's folder ${dir} cannot be made: ${messageOf(cause)}`, { cause });
  }
}

async function endOf(dir: string, segment: number): Promise<{ end: number; tornBytes: number }> {
  try {
    const { end } = await findEnd(dir, segment);
    return { end, tornBytes: (await stat(segmentPath(dir, segment))).size - end };
  } catch (error) {
    if (isMissing(error)) return { end: 0, tornBytes: 0 };
    throw error;
  }
}

async function bytesOf(dir: string, segments: readonly number[]): Promise<number> {
  let bytes = 0;
  for (const segment of segments) bytes += (await stat(segmentPath(dir, segment))).size;
  return bytes;
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "ENOENT";
}

interface LogParts {
  readonly files: LogFiles;
  readonly dir: string;
  readonly writer: LogWriter;
  readonly unlock: () => Promise<void>;
  /** What was cut off the end on opening. */
  readonly tornBytes: number;
  /** What the files held on opening. */
  readonly openedBytes: number;
  readonly epochMs: () => number;
}

class SegmentedLog implements LogStore {
  readonly name = "log";
  readonly features = { levels, persistent: true } as const;
  readonly #files: LogFiles;
  readonly #dir: string;
  readonly #writer: LogWriter;
  readonly #unlock: () => Promise<void>;
  readonly #epochMs: () => number;
  readonly #totals: { entries: number; events: number; torn_bytes: number };
  readonly #openedBytes: number;
  #droppedBytes = 0;
  #closed = false;

  constructor({ files, dir, writer, unlock, tornBytes, openedBytes, epochMs }: LogParts) {
    this.#files = files;
    this.#dir = dir;
    this.#openedBytes = openedBytes;
    this.#writer = writer;
    this.#unlock = unlock;
    this.#epochMs = epochMs;
    this.#totals = { entries: 0, events: 0, torn_bytes: tornBytes };
  }

  async append(batch: readonly PreparedEvent[], level: AckLevel): Promise<string> {
    if (this.#closed) throw new DynoError("closed", `the log store in ${this.#dir} is closed`);
    const entry = await this.#writer.write(encodeBatch(batch), this.#epochMs(), level === "durable");
    this.#totals.entries++;
    this.#totals.events += batch.length;
    return entry;
  }

  async *read(options: ReadOptions = {}): AsyncGenerator<readonly StoredEvent[]> {
    const { batchSize = 1000, signal } = options;
    let pending: StoredEvent[] = [];
    for await (const events of this.#entries(options)) {
      for (const event of events) {
        pending.push(event);
        if (pending.length < batchSize) continue;
        signal?.throwIfAborted();
        yield pending;
        pending = [];
      }
    }
    signal?.throwIfAborted();
    if (pending.length > 0) yield pending;
  }

  async *#entries({ after, sinceMs = 0 }: ReadOptions): AsyncGenerator<readonly StoredEvent[]> {
    const end = this.#writer.end();
    const start = after === undefined ? undefined : parseEntry(after);
    const segments = await listSegments(this.#dir);
    for (const [i, segment] of segments.entries()) {
      if (segment > end.segment || (start !== undefined && segment < start.segment)) continue;
      try {
        if (await this.#isOlder(segments[i + 1], sinceMs)) continue;
        const from = segment === start?.segment ? start : undefined;
        const to = segment === end.segment ? end.offset : undefined;
        yield* this.#segmentEntries(segment, from, to, sinceMs);
      } catch (error) {
        if (!(await this.#wasTrimmed(segment, error))) throw error;
      }
    }
  }

  async *#segmentEntries(
    segment: number,
    from: { readonly offset: number; readonly index: number } | undefined,
    to: number | undefined,
    sinceMs: number,
  ): AsyncGenerator<readonly StoredEvent[]> {
    for await (const frame of readFrames(this.#dir, segment, from?.offset ?? 0, to)) {
      if ("broken" in frame) throw damaged(this.#dir, segment, frame.broken);
      if (frame.payload.length === 0 || frame.timeMs < sinceMs) continue;
      const events = decodeBatch(frame.payload.toString(), `${segment}-${frame.offset}`);
      yield frame.offset === from?.offset ? events.slice(from.index + 1) : events;
    }
  }

  /** Whether a segment is missing because it was trimmed while somebody was reading on towards it. */
  async #wasTrimmed(segment: number, error: unknown): Promise<boolean> {
    if (!isMissing(error)) return false;
    const [oldest] = await listSegments(this.#dir);
    return oldest !== undefined && segment < oldest;
  }

  /** Whether the segment before `next` holds nothing from `sinceMs` on: `next` begins before that. */
  async #isOlder(next: number | undefined, sinceMs: number): Promise<boolean> {
    if (next === undefined || sinceMs <= 0) return false;
    for await (const frame of readFrames(this.#dir, next)) return "timeMs" in frame && frame.timeMs < sinceMs;
    return false;
  }

  async trim(olderThanMs: number): Promise<void> {
    const segments = await listSegments(this.#dir);
    const { segment: last } = this.#writer.end();
    for (const [i, segment] of segments.entries()) {
      if (segment >= last || !(await this.#isOlder(segments[i + 1], olderThanMs))) break;
      await this.#remove(segment);
    }
    await this.#files.syncFolder(this.#dir);
  }

  beginSegment(): Promise<number> {
    return this.#writer.beginSegment();
  }

  async dropBefore(first: number): Promise<void> {
    const { segment: last } = this.#writer.end();
    const old = (await listSegments(this.#dir)).filter((segment) => segment < Math.min(first, last));
    // From the first on, so that what is left after a crash is whole.
    for (const segment of old) await this.#remove(segment);
    if (old.length > 0) await this.#files.syncFolder(this.#dir);
  }

  async #remove(segment: number): Promise<void> {
    const path = segmentPath(this.#dir, segment);
    const { size } = await stat(path);
    await this.#files.remove(path);
    this.#droppedBytes += size;
  }

  get keptBytes(): number {
    return this.#openedBytes + this.#writer.totals.bytes - this.#droppedBytes;
  }

  counters(): Readonly<Record<string, number>> {
    return { ...this.#totals, ...this.#writer.totals };
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#writer.close().finally(this.#unlock);
  }
}

function parseEntry({ entry, index }: Position): { segment: number; offset: number; index: number } {
  const [segment, offset] = entry.split("-").map(Number);
  if (segment === undefined || offset === undefined || !(segment > 0) || !(offset >= 0)) {
    throw new DynoError("usage", `${entry} is no position in a log store`);
  }
  return { segment, offset, index };
}
