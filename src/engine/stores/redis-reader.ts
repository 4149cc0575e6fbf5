import type { Redis } from "ioredis";
import { abortable } from "../../base/async.ts";
import { DynoError } from "../../base/errors.ts";
import { decodeBatch } from "../codec.ts";
import type { Position, ReadOptions, StoredEvent } from "../store.ts";
import { reasonOf } from "./redis-errors.ts";

type Entry = readonly [id: string, fields: readonly string[]];

/** A page should be about this large. Larger ones are hardly faster, and more of them outlives a young collection. */
const pageCharacters = 65_536;
const firstPageEntries = 16;
const maxPageEntries = 2000;

/**
 * Reads a stream's events in batches, up to its last entry at the time of the call. Rejects with a DynoError
 * `unavailable` where Redis stays away, `corrupt` at an entry that is no batch.
 */
export async function* readStream(
  client: Redis,
  stream: string,
  { after, sinceMs = 0, batchSize = 1000, signal }: ReadOptions,
): AsyncGenerator<readonly StoredEvent[]> {
  const from = laterOf(after?.entry, `${Math.max(0, Math.floor(sinceMs))}-0`);
  let pending: StoredEvent[] = [];
  for await (const page of readPages(client, stream, from, signal)) {
    for (const entry of page) {
      for (const event of unpack(entry, stream, after)) {
        pending.push(event);
        if (pending.length < batchSize) continue;
        yield pending;
        signal?.throwIfAborted();
        pending = [];
      }
    }
  }
  if (pending.length > 0) yield pending;
}

/**
 * Reads entries in pages. The next page is asked for while one is worked on, and the number of entries in it
 * follows their size, so that memory stays at two pages however large the batches are.
 */
async function* readPages(
  client: Redis,
  stream: string,
  from: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly Entry[]> {
  const last = (await ask(client.xrevrange(stream, "+", "-", "COUNT", 1), stream, signal))[0]?.[0];
  if (last === undefined) return;
  const page = (start: string, count: number): Promise<Entry[]> =>
    ask(client.xrange(stream, start, last, "COUNT", count), stream, signal);
  let next: Promise<Entry[]> | undefined = page(from, firstPageEntries);
  while (next !== undefined) {
    const entries: Entry[] = await next;
    const end = entries.at(-1)?.[0];
    next = end === undefined || end === last ? undefined : page(`(${end}`, fittingCount(entries));
    // A page that is abandoned, because the reader stops, must not become an unhandled rejection.
    next?.catch(() => undefined);
    yield entries;
  }
}

/** Waits for a reply, or for the abort; says in our words what went wrong. */
async function ask<Reply>(reply: Promise<Reply>, stream: string, signal?: AbortSignal): Promise<Reply> {
  try {
    return await abortable(reply, signal);
  } catch (error) {
    signal?.throwIfAborted();
    throw new DynoError("unavailable", `stream ${stream} cannot be read: ${reasonOf(error)}`, {
      cause: error,
    });
  }
}

function fittingCount(entries: readonly Entry[]): number {
  let characters = 0;
  for (const [, fields] of entries) characters += fields[1]?.length ?? 0;
  const perEntry = Math.max(1, characters / entries.length);
  return Math.min(maxPageEntries, Math.max(1, Math.ceil(pageCharacters / perEntry)));
}

function unpack([id, fields]: Entry, stream: string, after: Position | undefined): StoredEvent[] {
  const payload = fields[1];
  if (fields[0] !== "b" || payload === undefined) {
    throw new DynoError(
      "corrupt",
      `entry ${id} of stream ${stream} was not written by dyno: its first field is ${fields[0]}, not b`,
    );
  }
  const events = decodeBatch(payload, id);
  return id === after?.entry ? events.slice(after.index + 1) : events;
}

/** Entry ids are `milliseconds-number`; both are compared as numbers. */
function laterOf(a: string | undefined, b: string): string {
  if (a === undefined) return b;
  const [aMs = 0, aNumber = 0] = a.split("-").map(Number);
  const [bMs = 0, bNumber = 0] = b.split("-").map(Number);
  return aMs > bMs || (aMs === bMs && aNumber >= bNumber) ? a : b;
}
