import { DynoError } from "../../base/errors.ts";
import type { StoreConfig, StoreContext } from "../config.ts";
import type { AckLevel, EventStore, PreparedEvent, ReadOptions, StoredEvent } from "../store.ts";

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
  let entries: Entry[] = [];
  let lastNumber = 0;
  let closed = false;
  const totals = { entries: 0, events: 0, bytes: 0 };

  async function append(batch: readonly PreparedEvent[], level: AckLevel): Promise<string> {
    if (closed) throw new DynoError("closed", "the memory store is closed");
    if (!levels.includes(level)) {
      throw new DynoError(
        "unsupported",
        `the memory store cannot give the level ${level}; it can give ${levels.join(", ")}`,
      );
    }
    lastNumber++;
    entries.push({ number: lastNumber, timeMs: clock.epochMs(), batch: [...batch] });
    totals.entries++;
    totals.events += batch.length;
    for (const { json } of batch) totals.bytes += json.length;
    return String(lastNumber);
  }

  async function* read({
    after,
    sinceMs = 0,
    batchSize = 1000,
    signal,
  }: ReadOptions = {}): AsyncGenerator<readonly StoredEvent[]> {
    const endNumber = lastNumber;
    const afterNumber = after === undefined ? 0 : Number(after.entry);
    let pending: StoredEvent[] = [];
    for (const entry of entries.slice()) {
      if (entry.number > endNumber || entry.number < afterNumber || entry.timeMs < sinceMs) continue;
      for (
        let index = entry.number === afterNumber ? (after?.index ?? 0) + 1 : 0;
        index < entry.batch.length;
        index++
      ) {
        pending.push(stored(entry, index));
        if (pending.length < batchSize) continue;
        signal?.throwIfAborted();
        yield pending;
        pending = [];
      }
    }
    signal?.throwIfAborted();
    if (pending.length > 0) yield pending;
  }

  return {
    name: "memory",
    features: { levels, persistent: false },
    append,
    read,
    trim: async (olderThanMs) => {
      entries = entries.filter((entry) => entry.timeMs >= olderThanMs);
    },
    counters: () => ({ ...totals }),
    close: async () => {
      closed = true;
    },
  };
}

function stored({ number, batch }: Entry, index: number): StoredEvent {
  const { json, ...event } = batch[index] as PreparedEvent;
  return { ...event, data: JSON.parse(json), position: { entry: String(number), index } };
}
