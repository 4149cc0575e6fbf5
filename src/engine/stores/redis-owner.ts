import { randomUUID } from "node:crypto";
import type { StreamClient } from "./redis-client.ts";
import { ownerKey } from "./redis-script.ts";

/** What the server knows of our batches. */
export interface Known {
  /** The number of our last batch that is stored; 0 for none. */
  readonly stored: number;
  /** Batch number to entry, for the batches that were asked about and are there. */
  readonly entries: ReadonlyMap<number, string>;
}

/** Our ownership of a stream. Every call is one command. */
export interface RedisOwner {
  /** Identifies this owner for its whole life; its epochs change. */
  readonly id: string;
  /**
   * Begins a new epoch of ours, which shuts out every command of an earlier one. Asks about the batches after
   * number `base`, and removes those in `removed`. Rejects with FENCED where another owner took over.
   */
  goOn(base: number, removed: readonly number[]): Promise<Known>;
  /** Appends batch number `sequence` and gives its entry. Rejects with STALE where it does not follow the last one. */
  append(sequence: number, payload: Buffer): Promise<string>;
}

/** Takes a stream over: its owner before is refused from now on. */
export async function takeOwnership(client: StreamClient, stream: string): Promise<RedisOwner> {
  const key = ownerKey(stream);
  const id = randomUUID();
  const [firstEpoch = "1"] = await client.dynoOwn(stream, key, id, "0", "0", 0);
  let epoch = firstEpoch;
  return {
    id,
    append: (sequence, payload) => client.dynoAppend(stream, key, epoch, sequence - 1, sequence, payload),
    goOn: async (base, removed) => {
      const reply = await client.dynoOwn(stream, key, id, firstEpoch, epoch, base, ...removed);
      epoch = reply[0] ?? epoch;
      return { stored: Number(reply[1]), entries: pairs(reply.slice(2)) };
    },
  };
}

function pairs(flat: readonly string[]): ReadonlyMap<number, string> {
  const map = new Map<number, string>();
  for (let i = 0; i + 1 < flat.length; i += 2) map.set(Number(flat[i]), flat[i + 1] ?? "");
  return map;
}
