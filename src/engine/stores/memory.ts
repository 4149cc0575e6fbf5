import { DynoError } from "../../base/errors.ts";
import type { StoreConfig, StoreContext } from "../config.ts";
import { type Bell, createBell } from "../delivery/bell.ts";
import type {
  AckLevel,
  EventStore,
  Position,
  PreparedEvent,
  ReadOptions,
  StoredEvent,
  TrimBounds,
  TrimOutcome,
} from "../store.ts";
import { createMemoryGroups, type MemoryGroups } from "./memory-groups.ts";

interface Entry {
  readonly number: number;
  readonly timeMs: number;
  readonly batch: readonly PreparedEvent[];
}

const levels: readonly AckLevel[] = ["accepted", "stored"];

/** Opens a store in this process's memory: nothing outlives it, so it cannot give `durable`. It grows until it is trimmed. */
export async function openMemoryStore(
  _config: Extract<StoreConfig, { kind: "memory" }>,
  { clock }: StoreContext,
): Promise<EventStore> {
  return new MemoryStore(() => clock.epochMs());
}

class MemoryStore implements EventStore {
  readonly name = "memory";
  readonly features = { levels, persistent: false } as const;
  readonly groups: MemoryGroups;
  readonly #epochMs: () => number;
  readonly #bell: Bell = createBell();
  #entries: Entry[] = [];
  #lastNumber = 0;
  #isClosed = false;
  readonly #totals = { entries: 0, events: 0, bytes: 0 };

  constructor(epochMs: () => number) {
    this.#epochMs = epochMs;
    this.groups = createMemoryGroups({
      bell: this.#bell,
      entries: (after) => this.#read(after),
      lastEntry: () => String(this.#lastNumber),
    });
  }

  async append(batch: readonly PreparedEvent[], level: AckLevel): Promise<string> {
    if (this.#isClosed) throw new DynoError("closed", "the memory store is closed");
    if (!levels.includes(level)) {
      throw new DynoError(
        "unsupported",
        `the memory store cannot give the level ${level}; it can give ${levels.join(", ")}`,
      );
    }
    this.#lastNumber++;
    this.#entries.push({ number: this.#lastNumber, timeMs: this.#epochMs(), batch: [...batch] });
    this.#totals.entries++;
    this.#totals.events += batch.length;
    for (const { json } of batch) this.#totals.bytes += json.length;
    this.#bell.ring();
    return String(this.#lastNumber);
  }

  async *read({
    after,
    sinceMs = 0,
    batchSize = 1000,
    signal,
  }: ReadOptions = {}): AsyncGenerator<readonly StoredEvent[]> {
    let pending: StoredEvent[] = [];
    for await (const events of this.#read(after, sinceMs)) {
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

  async *#read(after: Position | undefined, sinceMs = 0): AsyncGenerator<readonly StoredEvent[]> {
    const endNumber = this.#lastNumber;
    const afterNumber = after === undefined ? 0 : Number(after.entry);
    let number = Math.max(afterNumber, this.#entries[0]?.number ?? 0);
    for (; number <= endNumber; number++) {
      // It may have been trimmed since; the numbers of those that are left have no gaps.
      const entry = this.#entries[number - (this.#entries[0]?.number ?? 0)];
      if (entry === undefined || entry.timeMs < sinceMs) continue;
      const start = number === afterNumber ? (after?.index ?? 0) + 1 : 0;
      if (start < entry.batch.length) yield entry.batch.slice(start).map((_, i) => stored(entry, start + i));
    }
  }

  async trim(bounds: TrimBounds): Promise<TrimOutcome> {
    const wanted = this.#wantedFloor(bounds);
    const { number, group } = this.groups.floor();
    const floor = Math.min(wanted, number);
    this.#entries = this.#entries.filter((entry) => entry.number >= floor);
    const isHeld = (this.#entries[0]?.number ?? wanted) < wanted;
    return { heldBy: isHeld ? group : undefined };
  }

  /** The number of the first entry that the bounds let stay. */
  #wantedFloor({ olderThanMs = 0, maxEvents = Number.POSITIVE_INFINITY }: TrimBounds): number {
    let events = 0;
    for (let i = this.#entries.length - 1; i >= 0; i--) {
      const entry = this.#entries[i] as Entry;
      if (entry.timeMs < olderThanMs || events >= maxEvents) return entry.number + 1;
      events += entry.batch.length;
    }
    return 0;
  }

  trouble(): string | undefined {
    return this.#isClosed ? "the memory store is closed" : undefined;
  }

  counters(): Readonly<Record<string, number>> {
    return { ...this.#totals };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
  }
}

function stored({ number, batch }: Entry, index: number): StoredEvent {
  const { json, ...event } = batch[index] as PreparedEvent;
  return { ...event, data: JSON.parse(json), position: { entry: String(number), index } };
}
