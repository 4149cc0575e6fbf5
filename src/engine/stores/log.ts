import { mkdir, stat } from "node:fs/promises";
import { closeAll } from "../../base/async.ts";
import { DynoError, messageOf } from "../../base/errors.ts";
import { encodeBatch } from "../codec.ts";
import type { StoreConfig, StoreContext } from "../config.ts";
import { type Bell, createBell } from "../delivery/bell.ts";
import type {
  AckLevel,
  EventStore,
  PreparedEvent,
  ReadOptions,
  StoredEvent,
  TrimBounds,
  TrimOutcome,
} from "../store.ts";
import { diskFiles, type LogFiles } from "./log-files.ts";
import { type LogGroups, type LogGroupsOptions, openLogGroups } from "./log-groups.ts";
import { lockFolder } from "./log-lock.ts";
import { LogReader } from "./log-reader.ts";
import { trimLog } from "./log-retention.ts";
import { findEnd, listSegments, segmentPath } from "./log-segment.ts";
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
    const reader = new LogReader(dir, writer);
    const bell = createBell();
    const entries: LogGroupsOptions["entries"] = (after) => reader.entries(after);
    const groups = await openLogGroups({ files, dir, bell, entries, end: () => writer.end() }).catch(
      async (error) => {
        await writer.close().catch(() => undefined);
        throw error;
      },
    );
    const epochMs = (): number => clock.epochMs();
    const parts = { files, dir, writer, reader, groups, bell, unlock, tornBytes, openedBytes, epochMs };
    return new SegmentedLog(parts);
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
  readonly reader: LogReader;
  readonly groups: LogGroups;
  readonly bell: Bell;
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
  readonly groups: LogGroups;
  readonly #files: LogFiles;
  readonly #dir: string;
  readonly #writer: LogWriter;
  readonly #reader: LogReader;
  readonly #bell: Bell;
  /** How many events the segments hold that trimming has counted. */
  readonly #eventsOf = new Map<number, number>();
  readonly #unlock: () => Promise<void>;
  readonly #epochMs: () => number;
  readonly #totals: { entries: number; events: number; torn_bytes: number };
  readonly #openedBytes: number;
  #droppedBytes = 0;
  #closed = false;

  constructor(parts: LogParts) {
    const { files, dir, writer, reader, groups, bell, unlock, tornBytes, openedBytes, epochMs } = parts;
    this.#files = files;
    this.#dir = dir;
    this.#openedBytes = openedBytes;
    this.#writer = writer;
    this.#reader = reader;
    this.#bell = bell;
    this.groups = groups;
    this.#unlock = unlock;
    this.#epochMs = epochMs;
    this.#totals = { entries: 0, events: 0, torn_bytes: tornBytes };
  }

  async append(batch: readonly PreparedEvent[], level: AckLevel): Promise<string> {
    if (this.#closed) throw new DynoError("closed", `the log store in ${this.#dir} is closed`);
    const entry = await this.#writer.write(encodeBatch(batch), this.#epochMs(), level === "durable");
    this.#totals.entries++;
    this.#totals.events += batch.length;
    this.#bell.ring();
    return entry;
  }

  async *read(options: ReadOptions = {}): AsyncGenerator<readonly StoredEvent[]> {
    const { batchSize = 1000, signal } = options;
    let pending: StoredEvent[] = [];
    for await (const events of this.#reader.entries(options.after, options.sinceMs)) {
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

  trim(bounds: TrimBounds): Promise<TrimOutcome> {
    const { segment: lastSegment } = this.#writer.end();
    const remove = (segments: readonly number[]): Promise<void> => this.#remove(segments);
    const [dir, groups, eventsOf] = [this.#dir, this.groups, this.#eventsOf];
    return trimLog(bounds, { dir, lastSegment, groups, eventsOf, remove });
  }

  beginSegment(): Promise<number> {
    return this.#writer.beginSegment();
  }

  async dropBefore(first: number): Promise<void> {
    const { segment: last } = this.#writer.end();
    const old = (await listSegments(this.#dir)).filter((segment) => segment < Math.min(first, last));
    if (old.length > 0) await this.#remove(old);
  }

  /** From the first on, so that what is left after a crash is whole. */
  async #remove(segments: readonly number[]): Promise<void> {
    for (const segment of segments) {
      const path = segmentPath(this.#dir, segment);
      const { size } = await stat(path);
      await this.#files.remove(path);
      this.#droppedBytes += size;
    }
    await this.#files.syncFolder(this.#dir);
  }

  get keptBytes(): number {
    return this.#openedBytes + this.#writer.totals.bytes - this.#droppedBytes;
  }

  trouble(): string | undefined {
    return this.#closed ? `the log store in ${this.#dir} is closed` : undefined;
  }

  counters(): Readonly<Record<string, number>> {
    return { ...this.#totals, ...this.#writer.totals };
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await closeAll([this.#unlock, () => this.groups.close(), () => this.#writer.close()]);
  }
}
