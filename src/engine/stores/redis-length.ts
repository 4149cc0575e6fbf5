import type { StreamClient } from "./redis-client.ts";

/** Knows about where the newest events of a stream begin, for trimming by length. */
export interface RedisLength {
  /** To be told of each batch that was appended. */
  appended(entry: string, events: number): void;
  /** To be told what the first entry is after each trimming. */
  trimmed(first: string): void;
  /** An entry behind which at least this many events lie, and not many more; undefined where there are fewer. */
  floor(maxEvents: number): Promise<string | undefined>;
}

/** Some entries that follow each other. */
interface Chunk {
  first: string;
  events: number;
}

const countedTogether = 128;
/** A floor is right to about this part of the length. */
const chunksPerLength = 32;

/**
 * Creates a length that knows nothing. Redis cannot say how many events lie behind an entry; so the stream is counted
 * once, when that is first asked, and then followed.
 */
export function createRedisLength(client: StreamClient, stream: string): RedisLength {
  let chunks: Chunk[] = [];
  let chunkEvents = Number.POSITIVE_INFINITY;
  let isKnown = false;
  let counting: Promise<void> | undefined;

  const add = (entry: string, events: number): void => {
    const last = chunks.at(-1);
    if (last !== undefined && last.events + events <= chunkEvents) last.events += events;
    else chunks.push({ first: entry, events });
  };
  /** What is appended meanwhile is not counted, so that a few more events are kept. */
  async function count(): Promise<void> {
    chunks = [];
    isKnown = false;
    const [last] = await client.xrevrange(stream, "+", "-", "COUNT", 1);
    let from = "-";
    while (last !== undefined) {
      const page = await client.dynoCount(stream, from, last[0], countedTogether);
      for (let i = 0; i + 1 < page.length; i += 2) add(page[i] ?? "", Number(page[i + 1]));
      const end = page.at(-2);
      if (end === undefined || end === last[0]) break;
      from = `(${end}`;
    }
    isKnown = true;
  }
  return {
    appended: (entry, events) => {
      if (isKnown) add(entry, events);
    },
    trimmed: (first) => {
      const kept = chunks.findIndex((chunk) => !isBefore(chunk.first, first));
      // The chunk before may still have some of its entries; its events are no longer counted.
      chunks = kept < 0 ? chunks.slice(-1) : chunks.slice(kept);
    },
    floor: async (maxEvents) => {
      const wanted = Math.ceil(maxEvents / chunksPerLength);
      await counting;
      if (!isKnown || wanted < chunkEvents / 2) {
        chunkEvents = wanted;
        counting = count();
        await counting;
      }
      let newer = 0;
      for (let i = chunks.length - 1; i > 0; i--) {
        newer += chunks[i]?.events ?? 0;
        if (newer >= maxEvents) return chunks[i]?.first;
      }
      return undefined;
    },
  };
}

/** Entry ids are `milliseconds-number`; both are compared as numbers. */
export function isBefore(a: string, b: string): boolean {
  const [aMs = 0, aNumber = 0] = a.split("-").map(Number);
  const [bMs = 0, bNumber = 0] = b.split("-").map(Number);
  return aMs < bMs || (aMs === bMs && aNumber < bNumber);
}
