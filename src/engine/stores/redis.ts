import { DynoError } from "../../base/errors.ts";
import { encodeBatch } from "../codec.ts";
import type { StoreConfig } from "../config.ts";
import type { AckLevel, EventStore, PreparedEvent, ReadOptions, StoredEvent } from "../store.ts";
import { openRedisAppender, type RedisAppender } from "./redis-appender.ts";
import { connectRedis, type Durability, readDurability, type StreamClient } from "./redis-client.ts";
import { readStream } from "./redis-reader.ts";
import { ownerKey } from "./redis-script.ts";

/**
 * Opens a store on a Redis stream: one entry for each batch, appended by a script that only the stream's owner can
 * run, so that a batch sent again is stored once. Whoever opens a stream becomes its owner; the one before is
 * refused with `conflict`.
 *
 * `stored` means that Redis replied. `durable` is offered where replies come after the fsync (`appendfsync
 * always`), or where the server has WAITAOF (7.2 and later). While the server is away, appends wait.
 */
export async function openRedisStore({
  url,
  stream,
}: Extract<StoreConfig, { kind: "redis" }>): Promise<EventStore> {
  const client = await connectRedis(url);
  let reader: StreamClient | undefined;
  try {
    const durability = await readDurability(client);
    const waitsForSync = durability.by === "waitaof";
    const appender = await openRedisAppender({ client, stream, owner: ownerKey(stream), waitsForSync });
    // Long replies must not stand in the way of acks, so reading has a connection of its own.
    reader = await connectRedis(url);
    return new RedisStore({ client, reader, stream, appender, durability });
  } catch (thrown) {
    reader?.disconnect();
    client.disconnect();
    throw thrown;
  }
}

interface RedisStoreParts {
  readonly client: StreamClient;
  readonly reader: StreamClient;
  readonly stream: string;
  readonly appender: RedisAppender;
  readonly durability: Durability;
}

class RedisStore implements EventStore {
  readonly name = "redis";
  readonly features: { readonly levels: readonly AckLevel[]; readonly persistent: true };
  readonly #parts: RedisStoreParts;
  readonly #totals = { entries: 0, events: 0, bytes: 0 };
  #closed = false;

  constructor(parts: RedisStoreParts) {
    this.#parts = parts;
    const isDurable = parts.durability.by !== "none";
    this.features = {
      levels: isDurable ? ["accepted", "stored", "durable"] : ["accepted", "stored"],
      persistent: true,
    };
  }

  async append(batch: readonly PreparedEvent[], level: AckLevel): Promise<string> {
    if (this.#closed) throw new DynoError("closed", "the redis store is closed");
    if (!this.features.levels.includes(level)) throw this.#unsupported(level);
    const payload = encodeBatch(batch);
    const entry = await this.#parts.appender.append(payload, level === "durable");
    this.#totals.entries++;
    this.#totals.events += batch.length;
    this.#totals.bytes += payload.length;
    return entry;
  }

  #unsupported(level: AckLevel): DynoError {
    return new DynoError(
      "unsupported",
      `this Redis cannot give the level ${level}: set appendonly yes and appendfsync always, or use a server with WAITAOF (7.2)`,
    );
  }

  read(options: ReadOptions = {}): AsyncIterable<readonly StoredEvent[]> {
    return readStream(this.#parts.reader, this.#parts.stream, options);
  }

  async trim(olderThanMs: number): Promise<void> {
    await this.#parts.reader.xtrim(
      this.#parts.stream,
      "MINID",
      "~",
      `${Math.max(0, Math.floor(olderThanMs))}-0`,
    );
  }

  counters(): Readonly<Record<string, number>> {
    return { ...this.#totals, ...this.#parts.appender.totals };
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#parts.appender.close();
    this.#parts.reader.disconnect();
    this.#parts.client.disconnect();
  }
}
