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
import { type LogGroups, openLogGroups } from "./log-groups.ts";
import { lockFolder } from "./log-lock.ts";
import { LogReader } from "./log-reader.ts";
import { trimLog } from "./log-retention.ts";
import { findEnd, listSegments, segmentPath } from "./log-segment.ts";
import { type LogWriter, openLogWriter } from "./log-writer.ts";

const levels: readonly AckLevel[] = ["accepted", "stored", "durable"];

/**
 * Opens a log store: a folder of segment files that are only appended to. `stored` means written to the file,
 * `durable` fdatasynced; appends that come while a sync is under way share the next one.
 *
 * On opening, a torn write at the very end is cut off. Damage to what was synced is refused as `corrupt`, and
 * a folder that another process owns as `conflict`.
 */
export async function openLogStore(
  { dir }: Extract<StoreConfig, { kind: "log" }>,
  { knobs, clock }: StoreContext,
): Promise<EventStore> {
  await makeFolder(dir);
  const unlock = await lockFolder(dir);
  try {
    const segment = (await listSegments(dir)).at(-1) ?? 1;
    const { end: offset, tornBytes } = await endOf(dir, segment);
    const writer = await openLogWriter({ dir, segment, offset, segmentBytes: knobs.segmentBytes });
    const reader = new LogReader(dir, writer);
    const bell = createBell();
    const groups = await openLogGroups({
      dir,
      bell,
      entries: (after) => reader.entries(after),
      end: () => writer.end(),
    });
    const epochMs = (): number => clock.epochMs();
    return new LogStore({ dir, writer, reader, groups, bell, unlock, tornBytes, epochMs });
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

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "ENOENT";
}

interface LogStoreParts {
  readonly dir: string;
  readonly writer: LogWriter;
  readonly reader: LogReader;
  readonly groups: LogGroups;
  readonly bell: Bell;
  readonly unlock: () => Promise<void>;
  /** What was cut off the end on opening. */
  readonly tornBytes: number;
  readonly epochMs: () => number;
}

class LogStore implements EventStore {
  readonly name = "log";
  readonly features = { levels, persistent: true } as const;
  readonly groups: LogGroups;
  readonly #dir: string;
  readonly #writer: LogWriter;
  readonly #reader: LogReader;
  readonly #bell: Bell;
  /** How many events the segments hold that trimming has counted. */
  readonly #eventsOf = new Map<number, number>();
  readonly #unlock: () => Promise<void>;
  readonly #epochMs: () => number;
  readonly #totals: { entries: number; events: number; torn_bytes: number };
  #closed = false;

  constructor({ dir, writer, reader, groups, bell, unlock, tornBytes, epochMs }: LogStoreParts) {
    this.#dir = dir;
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
    return trimLog(bounds, { dir: this.#dir, lastSegment, groups: this.groups, eventsOf: this.#eventsOf });
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
