import { deferred } from "../base/async.ts";
import { systemClock } from "../base/clock.ts";
import { DynoError, messageOf } from "../base/errors.ts";
import { type Bus, createBus, type Handler, type Unsubscribe } from "./bus.ts";
import { type EngineConfig, resolveKnobs } from "./config.ts";
import { createDedupWindow, type DedupWindow } from "./dedup-window.ts";
import type { Event, EventInput } from "./event.ts";
import { type Append, type Commit, createGroupCommit, type GroupCommit } from "./group-commit.ts";
import type {
  AckLevel,
  EventStore,
  Position,
  PreparedEvent,
  ReadOptions,
  StoredEvent,
  StoreFeatures,
} from "./store.ts";
import { openStore } from "./stores/open-store.ts";
import { createUlidSource } from "./ulid.ts";

/** What a publisher hears back. */
export interface Receipt {
  /** The event's id; for a duplicate, the id of the first one. */
  readonly id: string;
  /** What holds for the event now: the level that was asked for, or a stronger one. */
  readonly level: AckLevel;
  /** Where it lies; undefined while it is only `accepted`. */
  readonly position: Position | undefined;
  /** Whether an event with this idempotency key was there already; then nothing was added. */
  readonly duplicate: boolean;
}

/** How one event is published. */
export interface PublishOptions {
  /** Default: the engine's own. */
  readonly level?: AckLevel;
}

/** The engine: a bus over a store. */
export interface Engine {
  /**
   * Publishes an event and resolves when its level holds.
   *
   * Subscribers of this process get it then, in the order in which events were stored; with level `accepted`
   * they get it at once, before it is stored. A duplicate is not handed to them again.
   *
   * Rejects with a DynoError: `unsupported` (the store cannot give the level), `overload` (too much waits
   * already; see `ready`), `usage` (data that JSON cannot carry), or what the store says. An event whose publish
   * was rejected may be published again with the same idempotency key.
   */
  publish<Data>(input: EventInput<Data>, options?: PublishOptions): Promise<Receipt>;
  /** Calls `handler` for each event whose topic matches: `orders.created`, `orders.*`, `orders.>`. */
  subscribe<Data = unknown>(pattern: string, handler: Handler<Data>): Unsubscribe;
  /** Reads stored events in order, in batches. */
  replay(options?: ReadOptions): AsyncIterable<readonly StoredEvent[]>;
  /** Drops stored entries that are older than this time (milliseconds since 1970, UTC). */
  trim(olderThanMs: number): Promise<void>;
  /** Resolves when a publish would not be refused for overload. */
  ready(): Promise<void>;
  /** The features of the store; undefined without one. */
  readonly features: StoreFeatures | undefined;
  /** Running totals by name. */
  counters(): Readonly<Record<string, number>>;
  /** Stores what was accepted, then closes the store. */
  close(): Promise<void>;
}

/** Opens the store, reads back the dedup window, and gives the engine. Rejects with a DynoError. */
export async function createEngine(config: EngineConfig): Promise<Engine> {
  const knobs = resolveKnobs(config.knobs);
  const clock = config.clock ?? systemClock;
  const store = config.store === undefined ? undefined : await openStore(config.store, { knobs, clock });
  try {
    const level = config.level ?? (store === undefined ? "accepted" : "stored");
    const dedup = createDedupWindow<Remembered>({
      windowMs: knobs.dedupWindowMs,
      maxKeys: knobs.dedupMaxKeys,
      clock,
    });
    if (store?.features.persistent) await rebuild(dedup, store, clock.epochMs() - knobs.dedupWindowMs);
    const commits = store === undefined ? undefined : createGroupCommit({ store, knobs, clock });
    return new StoredEngine({ config, clock, store, commits, dedup, level });
  } catch (thrown) {
    await store?.close();
    throw thrown;
  }
}

/** Of an event with an idempotency key: what its receipt needs. While it is under way, its promise. */
interface Remembered {
  readonly id: string;
  index: number;
  commit: Commit | undefined;
  promise: Promise<Receipt> | undefined;
}

async function rebuild(dedup: DedupWindow<Remembered>, store: EventStore, sinceMs: number): Promise<void> {
  const level: AckLevel = "stored";
  let commit: Commit | undefined;
  for await (const batch of store.read({ sinceMs })) {
    for (const { idempotencyKey, id, position } of batch) {
      if (idempotencyKey === undefined) continue;
      if (commit?.entry !== position.entry) commit = { entry: position.entry, level };
      dedup.set(idempotencyKey, { id, index: position.index, commit, promise: undefined });
    }
  }
}

interface EngineParts {
  readonly config: EngineConfig;
  readonly clock: { epochMs(): number };
  readonly store: EventStore | undefined;
  readonly commits: GroupCommit | undefined;
  readonly dedup: DedupWindow<Remembered>;
  readonly level: AckLevel;
}

class StoredEngine implements Engine {
  readonly #parts: EngineParts;
  readonly #bus: Bus;
  readonly #nextId: (timeMs?: number) => string;
  readonly #levels: readonly AckLevel[];
  #published = 0;
  #duplicates = 0;
  #lostAccepted = 0;
  #closed = false;

  constructor(parts: EngineParts) {
    this.#parts = parts;
    this.#bus = createBus((error) => parts.config.onError?.(error));
    this.#nextId = createUlidSource(() => parts.clock.epochMs());
    this.#levels = parts.store?.features.levels ?? ["accepted"];
  }

  publish<Data>(input: EventInput<Data>, options?: PublishOptions): Promise<Receipt> {
    try {
      const level = options?.level ?? this.#parts.level;
      if (!this.#levels.includes(level)) throw this.#unsupported(level);
      if (this.#closed) throw new DynoError("closed", "the engine is closed; the event was not accepted");
      const { commits } = this.#parts;
      if (commits === undefined) return this.#emitOnly(input);
      const key = input.idempotencyKey;
      const first = key === undefined ? undefined : this.#parts.dedup.get(key);
      if (first !== undefined) return this.#duplicateOf(first, level);
      return this.#append(commits, this.#prepare(input), level);
    } catch (thrown) {
      return Promise.reject(thrown);
    }
  }

  #append(commits: GroupCommit, event: PreparedEvent, level: AckLevel): Promise<Receipt> {
    const key = event.idempotencyKey;
    const remembered: Remembered | undefined =
      key === undefined ? undefined : { id: event.id, index: 0, commit: undefined, promise: undefined };
    const { promise: stored, resolve, reject } = deferred<Receipt>();
    commits.add(event, level, (append, error) => {
      if (error === undefined) resolve(this.#stored(append, level, remembered));
      else reject(this.#failed(append, error));
    });
    if (remembered !== undefined && key !== undefined) {
      remembered.promise = stored;
      this.#parts.dedup.set(key, remembered);
    }
    if (level !== "accepted") return stored;
    stored.catch((error: unknown) => this.#acceptedButLost(event, error));
    this.#published++;
    this.#bus.emit(event);
    return Promise.resolve({ id: event.id, level, position: undefined, duplicate: false });
  }

  #stored(append: Append, level: AckLevel, remembered: Remembered | undefined): Receipt {
    const { event, commit, index } = append;
    if (remembered !== undefined) {
      remembered.commit = commit;
      remembered.index = index;
      remembered.promise = undefined;
    }
    if (level !== "accepted") {
      this.#published++;
      this.#bus.emit(event);
    }
    return receiptOf(event.id, commit, index, false);
  }

  #failed(append: Append, error: unknown): unknown {
    const key = append.event.idempotencyKey;
    if (key !== undefined) this.#parts.dedup.delete(key);
    return error;
  }

  #acceptedButLost(event: Event, error: unknown): void {
    this.#lostAccepted++;
    const text = `event ${event.id} was accepted and could not be stored: ${messageOf(error)}`;
    this.#parts.config.onError?.(new DynoError("unavailable", text, { cause: error }));
  }

  async #duplicateOf(first: Remembered, level: AckLevel): Promise<Receipt> {
    this.#duplicates++;
    if (first.promise === undefined) return receiptOf(first.id, first.commit, first.index, true);
    if (level === "accepted") return { id: first.id, level, position: undefined, duplicate: true };
    return { ...(await first.promise), duplicate: true };
  }

  async #emitOnly<Data>(input: EventInput<Data>): Promise<Receipt> {
    const timeMs = this.#parts.clock.epochMs();
    const event: Event = { ...input, id: this.#nextId(timeMs), timeMs };
    this.#published++;
    this.#bus.emit(event);
    return { id: event.id, level: "accepted", position: undefined, duplicate: false };
  }

  #prepare<Data>(input: EventInput<Data>): PreparedEvent {
    if (input.topic === "") throw new DynoError("usage", "an event needs a topic");
    const timeMs = this.#parts.clock.epochMs();
    return {
      id: this.#nextId(timeMs),
      topic: input.topic,
      timeMs,
      key: input.key,
      correlationId: input.correlationId,
      causationId: input.causationId,
      idempotencyKey: input.idempotencyKey,
      data: input.data,
      json: toJson(input),
    };
  }

  #unsupported(level: AckLevel): DynoError {
    const name = this.#parts.store?.name ?? "an engine without a store";
    return new DynoError(
      "unsupported",
      `${name} cannot give the level ${level}; it can give ${this.#levels.join(", ")}`,
    );
  }

  subscribe<Data = unknown>(pattern: string, handler: Handler<Data>): Unsubscribe {
    return this.#bus.subscribe(pattern, handler as Handler);
  }

  replay(options?: ReadOptions): AsyncIterable<readonly StoredEvent[]> {
    return this.#need("replay").read(options);
  }

  async trim(olderThanMs: number): Promise<void> {
    await this.#need("trim").trim(olderThanMs);
  }

  #need(what: string): EventStore {
    const { store } = this.#parts;
    if (store === undefined) throw new DynoError("unsupported", `an engine without a store cannot ${what}`);
    return store;
  }

  async ready(): Promise<void> {
    await this.#parts.commits?.ready();
  }

  get features(): StoreFeatures | undefined {
    return this.#parts.store?.features;
  }

  counters(): Readonly<Record<string, number>> {
    const { commits, dedup, store } = this.#parts;
    return {
      published: this.#published,
      duplicates: this.#duplicates,
      handler_errors: this.#bus.handlerErrors,
      lost_accepted: this.#lostAccepted,
      pending_events: commits?.pendingEvents ?? 0,
      pending_bytes: commits?.pendingBytes ?? 0,
      dedup_keys: dedup.size,
      dedup_overflows: dedup.overflows,
      ...store?.counters(),
    };
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#parts.commits?.close();
    await this.#parts.store?.close();
  }
}

function receiptOf(id: string, commit: Commit | undefined, index: number, duplicate: boolean): Receipt {
  const entry = commit?.entry;
  return {
    id,
    level: commit?.level ?? "accepted",
    position: entry === undefined ? undefined : { entry, index },
    duplicate,
  };
}

function toJson(input: EventInput): string {
  let json: string | undefined;
  try {
    json = JSON.stringify(input.data);
  } catch (cause) {
    throw new DynoError("usage", `the data of an event on ${input.topic} is no JSON: ${messageOf(cause)}`, {
      cause,
    });
  }
  // JSON has no undefined, no function and no symbol.
  return json ?? "null";
}
