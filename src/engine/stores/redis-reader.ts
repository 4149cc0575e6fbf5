import type { Redis } from "ioredis";
import { DynoError } from "../../base/errors.ts";
import { decodeBatch } from "../codec.ts";
import type { ReadOptions, StoredEvent } from "../store.ts";

type Entry = readonly [id: string, fields: readonly string[]];

/** A page should be about this large: enough to hide a round trip, small beside the heap. */
const pageBytes = 1_048_576;
const firstPageEntries = 16;
const maxPageEntries = 2000;

/**
 * Reads a stream's events in batches, up to its last entry at the time of the call. One page is asked for ahead;
 * the number of entries in a page follows their size, so memory stays at a few pages.
 */
export async function* readStream(
  client: Redis,
  stream: string,
  { after, sinceMs = 0, batchSize = 1000, signal }: ReadOptions,
): AsyncGenerator<readonly StoredEvent[]> {
  const last = (await client.xrevrange(stream, "+", "-", "COUNT", 1))[0]?.[0];
  if (last === undefined) return;
  let count = firstPageEntries;
  const page = (from: string): Promise<Entry[]> => client.xrange(stream, from, last, "COUNT", count);
  let pending: StoredEvent[] = [];
  let next = page(after?.entry ?? `${Math.max(0, Math.floor(sinceMs))}-0`);
  for (;;) {
    signal?.throwIfAborted();
    const entries = await next;
    const lastId = entries.at(-1)?.[0];
    if (lastId === undefined) break;
    count = fittingCount(entries);
    const isLast = lastId === last;
    if (!isLast) next = page(`(${lastId}`);
    // A page that is abandoned (the reader stops) must not become an unhandled rejection.
    next.catch(() => undefined);
    for (const entry of entries) {
      const events = unpack(entry, stream);
      const skip = entry[0] === after?.entry ? after.index + 1 : 0;
      for (let i = skip; i < events.length; i++) {
        pending.push(events[i] as StoredEvent);
        if (pending.length < batchSize) continue;
        signal?.throwIfAborted();
        yield pending;
        pending = [];
      }
    }
    if (isLast) break;
  }
  if (pending.length > 0) yield pending;
}

function fittingCount(entries: readonly Entry[]): number {
  let characters = 0;
  for (const [, fields] of entries) characters += fields[1]?.length ?? 0;
  const perEntry = Math.max(1, characters / entries.length);
  return Math.min(maxPageEntries, Math.max(1, Math.ceil(pageBytes / perEntry)));
}

function unpack([id, fields]: Entry, stream: string): StoredEvent[] {
  const payload = fields[1];
  if (fields[0] !== "b" || payload === undefined) {
    throw new DynoError(
      "corrupt",
      `entry ${id} of stream ${stream} was not written by dyno: it has no field b`,
    );
  }
  return decodeBatch(payload, id);
}
