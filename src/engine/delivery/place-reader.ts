import type { GroupEntry, StoredEvent } from "../store.ts";
import { afterEntry, beforeEntry, type Place, type PlaceStore } from "./place.ts";

/** Hands out entries from where a group stands: what was left over first, then what it has not had. */
export interface PlaceReader {
  /** Waits for the first entry; resolves with none only when the signal is aborted. */
  read(maxEntries: number, signal: AbortSignal): Promise<readonly GroupEntry[]>;
  close(): Promise<void>;
}

/** Creates a reader; the entries that are pending now are what was left over. It moves `place` on. */
export function createPlaceReader(place: Place, store: PlaceStore): PlaceReader {
  const leftovers = [...place.pending];
  let reading: AsyncIterator<readonly StoredEvent[]> | undefined;

  async function readEntry(entry: string): Promise<readonly StoredEvent[] | undefined> {
    for await (const events of store.entries(beforeEntry(entry))) {
      return events[0]?.position.entry === entry ? events : undefined;
    }
    return undefined;
  }
  async function readLeftover(): Promise<GroupEntry | undefined> {
    for (let left = leftovers[0]; left !== undefined; left = leftovers[0]) {
      const [entry, progress] = left;
      const events = await readEntry(entry);
      // Only now: one that could not be read is tried again.
      leftovers.shift();
      if (events !== undefined) return { entry, events, isLeftover: true, progress };
      place.pending.delete(entry);
    }
    return undefined;
  }
  async function readNew(): Promise<GroupEntry | undefined> {
    reading ??= store.entries(place.after)[Symbol.asyncIterator]();
    for (;;) {
      const { done, value: events } = await reading.next().catch((error) => {
        // It gives nothing more: the next read begins anew behind what was read.
        reading = undefined;
        throw error;
      });
      if (done) break;
      const entry = events[0]?.position.entry;
      if (entry === undefined) continue;
      place.after = afterEntry(entry);
      place.pending.set(entry, undefined);
      return { entry, events, isLeftover: false, progress: undefined };
    }
    reading = undefined;
    return undefined;
  }
  /** Gives what it has where a read fails: the next one fails again, or goes on. */
  async function readNext(collected: number): Promise<GroupEntry | undefined> {
    try {
      return (await readLeftover()) ?? (await readNew());
    } catch (error) {
      if (collected > 0) return undefined;
      throw error;
    }
  }
  return {
    read: async (maxEntries, signal) => {
      const entries: GroupEntry[] = [];
      while (entries.length < maxEntries && !signal.aborted) {
        const { rings } = store.bell;
        const entry = await readNext(entries.length);
        if (entry !== undefined) entries.push(entry);
        else if (entries.length > 0) break;
        else await store.bell.wait(rings, signal);
      }
      return entries;
    },
    close: async () => {
      await reading?.return?.();
    },
  };
}
