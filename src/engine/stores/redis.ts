import { closeAll } from "../../base/async.ts";
import { DynoError } from "../../base/errors.ts";
import { encodeBatch } from "../codec.ts";
import type { StoreConfig } from "../config.ts";
import type {
  AckLevel,
  EventStore,
  GroupStore,
  PreparedEvent,
  ReadOptions,
  StoredEvent,
  TrimBounds,
  TrimOutcome,
} from "../store.ts";
import { createRedisAppender, type RedisAppender } from "./redis-appender.ts";
import { connectRedis, type StreamClient } from "./redis-client.ts";
import { type Durability, readDurability } from "./redis-durability.ts";
import { reasonOf, refusalOf, troubleOf } from "./redis-errors.ts";
import { createRedisGroups } from "./redis-groups.ts";
import { createRedisLength, isBefore, type RedisLength } from "./redis-length.ts";
import { type RedisOwner, takeOwnership } from "./redis-owner.ts";
import { readStream } from "./redis-reader.ts";
import { createRedisSync, type RedisSync } from "./redis-sync.ts";

const standardReconnectMs = 10_000;

/**
 * Opens a store on a Redis stream, with one entry for each batch. Batches are appended by a script that only the
 * stream's owner can run, so that a batch sent again is stored once. Whoever opens a stream becomes its owner; the
 * one before is refused with `conflict`.
 *
 * `stored` means that Redis replied. `durable` is offered where replies come after the fsync (appendonly with
 * `appendfsync always`), or where the server has WAITAOF (7.2 and later); it is not where CONFIG is forbidden. While
 * the server is away appends wait up to `reconnectMs` and are then rejected with `unavailable`.
 *
 * Rejects with a DynoError `setup` where Redis does not answer, is a replica, evicts keys, is older than 6.2, or
 * has something else under that name.
 */
export async function openRedisStore(config: Extract<StoreConfig, { kind: "redis" }>): Promise<EventStore> {
  const { url, stream, reconnectMs = standardReconnectMs } = config;
  const opened: (() => unknown)[] = [];
  const connect = async (use: "write" | "read"): Promise<StreamClient> => {
    const client = await connectRedis(url, use, reconnectMs);
    opened.push(() => client.disconnect());
    return client;
  };
  try {
    const client = await connect("write");
    const durability = await readDurability(client);
    const owner = await takeOwnership(client, stream);
    // Long replies must not stand in the way of acks, so reading has a connection of its own.
    const reader = await connect("read");
    const sync =
      durability === "waitaof" ? createRedisSync(await connect("write"), stream, owner.id) : undefined;
    const appender = createAppender({ client, owner, stream, reconnectMs, sync, durability });
    opened.push(() => appender.close());
    const length = createRedisLength(reader, stream);
    const groups = createRedisGroups({
      stream,
      ownerId: owner.id,
      reconnectMs,
      patient: reader,
      connect: () => connect("write"),
    });
    const close = (): Promise<void> => closeAll(opened);
    return new RedisStore({ client, reader, stream, appender, durability, length, groups, close });
  } catch (thrown) {
    await closeAll(opened);
    throw asSetupError(thrown, stream);
  }
}

interface AppenderParts {
  readonly client: StreamClient;
  readonly owner: RedisOwner;
  readonly stream: string;
  readonly reconnectMs: number;
  readonly sync: RedisSync | undefined;
  readonly durability: Durability;
}

function createAppender({ client, durability, ...rest }: AppenderParts): RedisAppender {
  const checkServer = async (): Promise<void> => {
    const now = await readDurability(client);
    if (durability === now || durability === "none") return;
    const text = `Redis came back with durability ${now}, not ${durability}: restore its appendonly and appendfsync`;
    throw new DynoError("unavailable", text);
  };
  return createRedisAppender({ ...rest, checkServer });
}

function asSetupError(thrown: unknown, stream: string): DynoError {
  if (thrown instanceof DynoError) return thrown;
  const hint = troubleOf(thrown) === "full" ? refusalOf(thrown, stream).message : reasonOf(thrown);
  return new DynoError("setup", `stream ${stream} cannot be opened: ${hint}`, { cause: thrown });
}

interface RedisStoreParts {
  readonly client: StreamClient;
  readonly reader: StreamClient;
  readonly stream: string;
  readonly appender: RedisAppender;
  readonly durability: Durability;
  readonly length: RedisLength;
  readonly groups: GroupStore;
  readonly close: () => Promise<void>;
}

class RedisStore implements EventStore {
  readonly name = "redis";
  readonly groups: GroupStore;
  readonly features: { readonly levels: readonly AckLevel[]; readonly persistent: true };
  readonly #parts: RedisStoreParts;
  readonly #totals = { entries: 0, events: 0, bytes: 0, reconnects: 0 };
  #closed: Promise<void> | undefined;

  constructor(parts: RedisStoreParts) {
    this.#parts = parts;
    this.groups = parts.groups;
    this.features = {
      levels: parts.durability === "none" ? ["accepted", "stored"] : ["accepted", "stored", "durable"],
      persistent: true,
    };
    parts.client.on("ready", () => {
      this.#totals.reconnects++;
      parts.appender.reconnected();
    });
  }

  async append(batch: readonly PreparedEvent[], level: AckLevel): Promise<string> {
    if (!this.features.levels.includes(level)) throw this.#unsupported(level);
    const payload = encodeBatch(batch);
    const entry = await this.#parts.appender.append(payload, level === "durable");
    this.#totals.entries++;
    this.#totals.events += batch.length;
    this.#totals.bytes += payload.length;
    this.#parts.length.appended(entry, batch.length);
    return entry;
  }

  #unsupported(level: AckLevel): DynoError {
    return new DynoError(
      "unsupported",
      `this Redis cannot give the level ${level}: set appendonly yes and appendfsync always, or use a server with WAITAOF (7.2 or later)`,
    );
  }

  read(options: ReadOptions = {}): AsyncIterable<readonly StoredEvent[]> {
    return readStream(this.#parts.reader, this.#parts.stream, options);
  }

  async trim({ olderThanMs = 0, maxEvents }: TrimBounds): Promise<TrimOutcome> {
    const { reader, stream, length } = this.#parts;
    try {
      const byAge = `${Math.max(0, Math.floor(olderThanMs))}-0`;
      const byLength = (maxEvents === undefined ? undefined : await length.floor(maxEvents)) ?? "0-0";
      const floor = isBefore(byAge, byLength) ? byLength : byAge;
      // One call removes a bounded number of entries.
      for (;;) {
        const [removed, heldBy, first] = await reader.dynoTrim(stream, floor);
        if (removed > 0) continue;
        if (first !== "") length.trimmed(first);
        return { heldBy: heldBy === "" ? undefined : heldBy };
      }
    } catch (cause) {
      throw new DynoError("unavailable", `stream ${stream} cannot be trimmed: ${reasonOf(cause)}`, { cause });
    }
  }

  trouble(): string | undefined {
    const { client, stream } = this.#parts;
    return client.status === "ready" ? undefined : `Redis with stream ${stream} does not answer`;
  }

  counters(): Readonly<Record<string, number>> {
    return { ...this.#totals, ...this.#parts.appender.totals };
  }

  close(): Promise<void> {
    this.#closed ??= this.#parts.close();
    return this.#closed;
  }
}
