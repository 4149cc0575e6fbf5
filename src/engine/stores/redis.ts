import { closeAll } from "../../base/async.ts";
import { DynoError } from "../../base/errors.ts";
import { encodeBatch } from "../codec.ts";
import type { StoreConfig, StoreContext } from "../config.ts";
import type { HomeStore, RegainOptions } from "../fallback.ts";
import type {
  AckLevel,
  GroupStore,
  PreparedEvent,
  ReadOptions,
  StoredEvent,
  TrimBounds,
  TrimOutcome,
} from "../store.ts";
import type { RedisAppender } from "./redis-appender.ts";
import { connectRedis, type StreamClient, setPatience } from "./redis-client.ts";
import { type Durability, readDurability } from "./redis-durability.ts";
import { reasonOf, refusalOf, troubleOf } from "./redis-errors.ts";
import { createRedisAppender } from "./redis-fenced-appender.ts";
import { createRedisGroups } from "./redis-groups.ts";
import { createRedisLength, isBefore, type RedisLength } from "./redis-length.ts";
import { type RedisOwner, takeOwnership } from "./redis-owner.ts";
import { type Patience, patienceFor, type StorePatience } from "./redis-patience.ts";
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
  const opening = new Set<() => void>();
  let isOpen = false;
  const connect = async (use: "write" | "read", waits: Patience): Promise<StreamClient> => {
    const client = await connectRedis(url, use, waits);
    opened.push(() => client.disconnect());
    if (isOpen) setPatience(client, waits);
    else opening.add(() => setPatience(client, waits));
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
    isOpen = true;
    for (const end of opening) end();
    const length = createRedisLength(reader, stream);
    const groups = createRedisGroups({
      stream,
      ownerId: owner.id,
      reconnectMs,
      patient: reader,
      connect: () => connect("write", patienceFor(reconnectMs, undefined).append),
    });
    const close = (): Promise<void> => closeAll(opened);
    const parts = { client, reader, stream, appender, durability, patience, length, groups, close };
    return new RedisStore(parts);
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
  readonly patience: StorePatience;
  readonly length: RedisLength;
  readonly groups: GroupStore;
  readonly close: () => Promise<void>;
}

class RedisStore implements HomeStore {
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

  /** Over the connection that appends, which has the same server before it. */
  async regain({ oldestMs = 0, ...options }: RegainOptions): Promise<ReadonlySet<string>> {
    const { appender, client, stream, patience } = this.#parts;
    setPatience(client, patience.drain);
    await appender.regain(options.signal);
    const ids = new Set<string>();
    for await (const batch of readStream(client, stream, options)) {
      for (const { id, timeMs } of batch) if (timeMs >= oldestMs) ids.add(id);
    }
    return ids;
  }

  resumed(): void {
    setPatience(this.#parts.client, this.#parts.patience.append);
  }

  get identity(): string {
    return `stream ${this.#parts.stream}`;
  }

  get losses(): number {
    return this.#parts.appender.totals.lost_by_server;
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
