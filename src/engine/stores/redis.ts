import { closeAll } from "../../base/async.ts";
import { DynoError } from "../../base/errors.ts";
import { encodeBatch } from "../codec.ts";
import type { StoreConfig, StoreContext } from "../config.ts";
import type { HomeStore } from "../fallback.ts";
import type { AckLevel, PreparedEvent, ReadOptions, StoredEvent } from "../store.ts";
import type { RedisAppender } from "./redis-appender.ts";
import { connectRedis, type StreamClient, setPatience } from "./redis-client.ts";
import { type Durability, readDurability } from "./redis-durability.ts";
import { reasonOf, refusalOf, troubleOf } from "./redis-errors.ts";
import { createRedisAppender } from "./redis-fenced-appender.ts";
import { type RedisOwner, takeOwnership } from "./redis-owner.ts";
import { type Patience, patienceFor } from "./redis-patience.ts";
import { readStream } from "./redis-reader.ts";
import { createRedisSync, type RedisSync } from "./redis-sync.ts";

const standardReconnectMs = 10_000;

/**
 * How long a server that syncs every second may take: it delays a write by up to 2 s while the sync before it is still
 * under way (Redis 7.0, aof.c), and then a sync takes its time.
 */
const lateSyncMs = 5000;

/**
 * Opens a store on a Redis stream, with one entry for each batch. Batches are appended by a script that only the
 * stream's owner can run, so that a batch sent again is stored once. Whoever opens a stream becomes its owner; the
 * one before is refused with `conflict`.
 *
 * `stored` means that Redis replied. `durable` is offered where replies come after the fsync (appendonly with
 * `appendfsync always`), or where the server has WAITAOF (7.2 and later); it is not where CONFIG is forbidden. While
 * the server is away appends wait up to `reconnectMs` and are then rejected with `unavailable`; with a fallback, for
 * `handOverMs`.
 *
 * Where a server lost what it had acknowledged, because it crashed before its fsync or its replica took over, it
 * gets the batches of the last 5 s again, up to 64 MiB of them.
 *
 * Rejects with a DynoError `setup` where Redis does not answer, is a replica, evicts keys, is older than 6.2, or
 * has something else under that name.
 */
export async function openRedisStore(
  config: Extract<StoreConfig, { kind: "redis" }>,
  { handOverMs }: Pick<StoreContext, "handOverMs"> = {},
): Promise<HomeStore> {
  const { url, stream, reconnectMs = standardReconnectMs } = config;
  const patience = patienceFor(reconnectMs, handOverMs);
  const opened: (() => unknown)[] = [];
  const waiting: (() => void)[] = [];
  const connect = async (use: "write" | "read", waits: Patience): Promise<StreamClient> => {
    const client = await connectRedis(url, use, waits);
    opened.push(() => client.disconnect());
    waiting.push(() => setPatience(client, waits));
    return client;
  };
  try {
    const client = await connect("write", patience.append);
    const durability = await readDurability(client);
    const owner = await takeOwnership(client, stream);
    // Long replies must not stand in the way of acks, so reading has a connection of its own.
    const reader = await connect("read", patience.read);
    const sync =
      durability === "waitaof"
        ? createRedisSync(await connect("write", patience.sync), stream, owner.id)
        : undefined;
    const reconnect = { reconnectMs: patience.appendMs, handsOver: handOverMs !== undefined };
    const appender = createAppender({ client, owner, stream, ...reconnect, sync, durability });
    opened.push(() => appender.close());
    for (const begin of waiting) begin();
    return new RedisStore({ client, reader, stream, appender, durability, close: () => closeAll(opened) });
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
  readonly handsOver: boolean;
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
  const retainMs = durability === "always" ? 0 : lateSyncMs;
  return createRedisAppender({ ...rest, checkServer, retainMs });
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
  readonly close: () => Promise<void>;
}

class RedisStore implements HomeStore {
  readonly name = "redis";
  readonly features: { readonly levels: readonly AckLevel[]; readonly persistent: true };
  readonly #parts: RedisStoreParts;
  readonly #totals = { entries: 0, events: 0, bytes: 0, reconnects: 0 };
  #closed: Promise<void> | undefined;

  constructor(parts: RedisStoreParts) {
    this.#parts = parts;
    this.features = {
      levels: parts.durability === "none" ? ["accepted", "stored"] : ["accepted", "stored", "durable"],
      persistent: true,
    };
    parts.client.on("ready", () => {
      this.#totals.reconnects++;
      parts.appender.connectionChanged();
    });
    parts.client.on("close", () => parts.appender.connectionChanged());
  }

  async append(batch: readonly PreparedEvent[], level: AckLevel): Promise<string> {
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
      `this Redis cannot give the level ${level}: set appendonly yes and appendfsync always, or use a server with WAITAOF (7.2 or later)`,
    );
  }

  read(options: ReadOptions = {}): AsyncIterable<readonly StoredEvent[]> {
    return readStream(this.#parts.reader, this.#parts.stream, options);
  }

  /** Over the connection that appends, which has the same server before it. */
  async regain(options: ReadOptions): Promise<ReadonlySet<string>> {
    const { appender, client, stream } = this.#parts;
    await appender.regain(options.signal);
    const ids = new Set<string>();
    for await (const batch of readStream(client, stream, options)) for (const { id } of batch) ids.add(id);
    return ids;
  }

  get identity(): string {
    return `stream ${this.#parts.stream}`;
  }

  get losses(): number {
    return this.#parts.appender.totals.lost_by_server;
  }

  /** By MINID, which never drops by count; `~` keeps whole nodes of the stream, which is much cheaper. */
  async trim(olderThanMs: number): Promise<void> {
    const { reader, stream } = this.#parts;
    const floor = `${Math.max(0, Math.floor(olderThanMs))}-0`;
    try {
      // One call removes a bounded number of entries.
      while ((await reader.xtrim(stream, "MINID", "~", floor)) > 0);
    } catch (cause) {
      throw new DynoError("unavailable", `stream ${stream} cannot be trimmed: ${reasonOf(cause)}`, { cause });
    }
  }

  counters(): Readonly<Record<string, number>> {
    return { ...this.#totals, ...this.#parts.appender.totals };
  }

  close(): Promise<void> {
    this.#closed ??= this.#parts.close();
    return this.#closed;
  }
}
