import { systemClock } from "../base/clock.ts";
import { DynoError, messageOf } from "../base/errors.ts";
import { type Bus, createBus, type Handler, type Unsubscribe } from "./bus.ts";
import { type EngineConfig, resolveKnobs } from "./config.ts";
import type { ConsumeHandler, ConsumeOptions } from "./delivery/consume-options.ts";
import type { Consumer } from "./delivery/consumer.ts";
import type { DeadLetter } from "./delivery/dead-letter.ts";
import { createDeliveries, type Deliveries, type RedriveOptions } from "./delivery/deliveries.ts";
import { createRetention, type Retention } from "./delivery/retention.ts";
import type { Event, EventInput } from "./event.ts";
import type { AppendTarget, Whereabouts } from "./fallback.ts";
import { createFirstEvents, type FirstEvent, type FirstEvents } from "./first-events.ts";
import { type Commit, createGroupCommit, type GroupCommit } from "./group-commit.ts";
import { type Health, type HealthPart, healthOf } from "./health.ts";
import { inherit, observedHandler } from "./observer.ts";
import { prepareEvent } from "./prepare-event.ts";
import { Publication } from "./publication.ts";
import {
  type AckLevel,
  ackLevels,
  type EventStore,
  type Position,
  type PreparedEvent,
  type ReadOptions,
  type StoredEvent,
  type StoreFeatures,
  type TrimBounds,
} from "./store.ts";
import type { LogFiles } from "./stores/log-files.ts";
import { handOverMsOf, openFallback } from "./stores/open-fallback.ts";
import { openStore } from "./stores/open-store.ts";
import type { Fallback } from "./stores/spool.ts";
import { createUlidSource } from "./ulid.ts";

/** What a publisher hears back. */
export interface Receipt {
  /** The event's id; for a duplicate, the id of the first one. */
  readonly id: string;
  /**
   * What holds for the event now: the level that was asked for, or a stronger one. The memory fallback alone gives a
   * weaker one, `accepted`, while the store is away.
   */
  readonly level: AckLevel;
  /** Where the event is: in memory, in the store, or in the spool on its way into the store. */
  readonly at: Whereabouts;
  /** Where it lies in the store; undefined while it is only `accepted`, and where it came to the spool first. */
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
   * they get it at once, before it is stored. A duplicate is not handed to them again; it waits for the first, and
   * where the first was stored at a weaker level than is asked for now, for the store to make that good.
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
  /**
   * Hands each stored event that matches to `handler`, in the name of a group: from where the group stood, also after
   * a restart or a crash, until the handler has returned or resolved. It may take as long as it likes.
   *
   * At least once: what was under way when the process died is handed out again. A handler that throws or rejects is
   * tried again, and after `maxAttempts` the event is a dead letter. A group has one consumer at a time.
   *
   * Rejects with a DynoError: `usage` (a setting), `conflict` (this engine consumes the group already),
   * `unsupported` (an engine without a store), or what the store says.
   */
  consume<Data = unknown>(
    group: string,
    handler: ConsumeHandler<Data>,
    options?: ConsumeOptions,
  ): Promise<Consumer>;
  /** What a group has given up, the oldest event first. */
  deadLetters(group: string): AsyncIterable<DeadLetter>;
  /**
   * Hands the dead letters of a group to that group again, as new events that are caused by the old ones; gives how
   * many. One that fails again is a dead letter again. A crash in between may bring an event back twice, never lose it.
   */
  redrive(group: string, options?: RedriveOptions): Promise<number>;
  /** Forgets where a group stands, so that it holds nothing back any more. Its dead letters stay. */
  removeGroup(group: string): Promise<void>;
  /**
   * Drops stored entries that were written before a time (milliseconds since 1970, UTC), or that lie behind a number
   * of newer events; but none that a group has not acknowledged, whether it is being consumed or not.
   */
  trim(bounds: number | TrimBounds): Promise<void>;
  /** How the store and each group are. */
  health(): Health;
  /** Resolves when a publish would not be refused for overload. */
  ready(): Promise<void>;
  /** The level of a publish that names none. */
  readonly level: AckLevel;
  /** The features of the store; undefined without one. */
  readonly features: StoreFeatures | undefined;
  /** Running totals by name. */
  counters(): Readonly<Record<string, number>>;
  /**
   * Stores what was accepted, then closes the store. It lasts as long as the store needs to settle what is under
   * way: a store that is away gives up in time, and what was only accepted is then reported as lost.
   */
  close(): Promise<void>;
}

/** What a test puts in the place of the outside world. */
export interface EngineSeams {
  /** The disk of the spool. */
  readonly files?: LogFiles;
}

/**
 * Opens the store, reads back the dedup window, and gives the engine. Rejects with a DynoError; with `setup` where a
 * store is away, also where there is a fallback: who owns the stream, and what is in it, has to be known first.
 */
export async function createEngine(config: EngineConfig, { files }: EngineSeams = {}): Promise<Engine> {
  const knobs = resolveKnobs(config.knobs);
  const clock = config.clock ?? systemClock;
  const away = config.fallback === undefined ? {} : { handOverMs: handOverMsOf(config.fallback) };
  const opened =
    config.store === undefined ? undefined : await openStore(config.store, { knobs, clock, ...away });
  const store = opened && (config.observer?.store?.(opened) ?? opened);
  let fallback: Fallback | undefined;
  try {
    const level = config.level ?? (store === undefined ? "accepted" : "stored");
    requireLevel(level, store);
    const { dedupWindowMs: windowMs, dedupMaxKeys: maxKeys } = knobs;
    const firsts = createFirstEvents({ windowMs, maxKeys, clock });
    if (store?.features.persistent) await firsts.readBack(store, clock.epochMs() - windowMs);
    const onError = config.onError ?? (() => undefined);
    const context = { knobs, clock, onError, ...(files === undefined ? {} : { files }) };
    if (config.fallback) fallback = await openFallback(config.fallback, store, context);
    if (fallback?.leftover) await firsts.readBackDiverted(fallback.leftovers(), fallback.leftover);
    fallback?.start();
    const target = fallback ?? store;
    const commits = target === undefined ? undefined : createGroupCommit({ store: target, knobs, clock });
    return new StoredEngine({ config, clock, store, fallback, commits, firsts, level });
  } catch (thrown) {
    await fallback?.close();
    await store?.close();
    throw thrown;
  }
}

const withoutStore: readonly AckLevel[] = ["accepted"];

function requireLevel(level: AckLevel, store: EventStore | undefined): void {
  const levels = store?.features.levels ?? withoutStore;
  if (levels.includes(level)) return;
  const name = store === undefined ? "an engine without a store" : `the ${store.name} store`;
  const text = `${name} cannot give the level ${level} as it is configured; it can give ${levels.join(", ")}`;
  throw new DynoError("unsupported", text);
}

interface EngineParts {
  readonly config: EngineConfig;
  readonly clock: { epochMs(): number };
  readonly store: EventStore | undefined;
  readonly fallback: Fallback | undefined;
  readonly commits: GroupCommit | undefined;
  readonly firsts: FirstEvents;
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
  #onErrorThrew = 0;
  readonly #deliveries: Deliveries | undefined;
  readonly #retention: Retention | undefined;
  #closing: Promise<void> | undefined;
  #isClosed = false;

  constructor(parts: EngineParts) {
    this.#parts = parts;
    this.#bus = createBus((error) => this.#report(error));
    this.#nextId = createUlidSource(() => parts.clock.epochMs());
    this.#levels = parts.store?.features.levels ?? withoutStore;
    const { store, config, level } = parts;
    if (store === undefined) return;
    const epochMs = (): number => parts.clock.epochMs();
    const report = (error: unknown): void => this.#report(error);
    const redriveLevel = level === "accepted" ? "stored" : level;
    const publish = (input: EventInput): Promise<Receipt> => this.publish(input, { level: redriveLevel });
    this.#deliveries = createDeliveries({ store, epochMs, report, publish, observer: config.observer });
    this.#retention = createRetention({ store, epochMs, report, settings: config.retention });
  }

  publish<Data>(given: EventInput<Data>, options?: PublishOptions): Promise<Receipt> {
    try {
      const input = inherit(this.#parts.config.observer, given);
      const level = options?.level ?? this.#parts.level;
      if (!this.#levels.includes(level)) requireLevel(level, this.#parts.store);
      if (this.#isClosed) {
        throw new DynoError("closed", "the engine is closed; the event was not accepted");
      }
      const { commits, firsts, clock } = this.#parts;
      const key = input.idempotencyKey;
      const first = key === undefined ? undefined : firsts.find(key);
      if (first !== undefined) return this.#duplicateOf(first, level);
      const timeMs = clock.epochMs();
      const id = this.#nextId(timeMs);
      if (commits === undefined) return this.#emitOnly({ ...input, id, timeMs });
      return this.#append(commits, prepareEvent(input, id, timeMs), level);
    } catch (thrown) {
      return Promise.reject(thrown);
    }
  }

  #append(commits: GroupCommit, event: PreparedEvent, level: AckLevel): Promise<Receipt> {
    const publication = new Publication<Receipt>(event, level, this.#settle);
    commits.add(publication);
    if (event.idempotencyKey !== undefined) this.#parts.firsts.begin(event.idempotencyKey, publication);
    if (level !== "accepted") return publication.receipt;
    publication.receipt.catch((error: unknown) => this.#acceptedButLost(event, error));
    this.#handOn(event);
    return Promise.resolve(receiptOf(event.id, undefined, 0, false));
  }

  readonly #settle = (publication: Publication<Receipt>, error: unknown): void => {
    const { event, commit, index, level } = publication;
    const { firsts } = this.#parts;
    const hasKey = event.idempotencyKey !== undefined;
    if (error !== undefined) {
      if (hasKey) firsts.drop(publication);
      return publication.reject(error);
    }
    publication.underWay = undefined;
    if (hasKey) firsts.keep(publication);
    if (level !== "accepted") this.#handOn(event);
    publication.resolve(receiptOf(event.id, commit, index, false));
  };

  #handOn(event: Event): void {
    this.#published++;
    this.#bus.emit(event);
  }

  #acceptedButLost(event: Event, error: unknown): void {
    this.#lostAccepted++;
    const text = `event ${event.id} was accepted and could not be stored: ${messageOf(error)}`;
    this.#report(new DynoError("unavailable", text, { cause: error }));
  }

  /** A listener that throws must not keep the other events of a batch from being settled. */
  #report(error: unknown): void {
    try {
      this.#parts.config.onError?.(error);
    } catch {
      this.#onErrorThrew++;
    }
  }

  async #duplicateOf(first: FirstEvent, level: AckLevel): Promise<Receipt> {
    this.#duplicates++;
    await first.underWay;
    const { commit } = first;
    const { store, fallback } = this.#parts;
    const target = atOf(commit) === "store" ? store : fallback;
    if (target && commit && ackLevels.indexOf(levelOf(commit)) < ackLevels.indexOf(level)) {
      await raise(commit, level, target);
    }
    return receiptOf(first.id, commit, first.index, true);
  }

  async #emitOnly(event: Event): Promise<Receipt> {
    const key = event.idempotencyKey;
    if (key !== undefined) this.#parts.firsts.add(key, event.id);
    this.#handOn(event);
    return receiptOf(event.id, undefined, 0, false);
  }

  subscribe<Data = unknown>(pattern: string, handler: Handler<Data>): Unsubscribe {
    return this.#bus.subscribe(
      pattern,
      observedHandler(this.#parts.config.observer, pattern, handler as Handler),
    );
  }

  replay(options?: ReadOptions): AsyncIterable<readonly StoredEvent[]> {
    return this.#ofStore(this.#parts.store, "replay").read(options);
  }

  async consume<Data = unknown>(
    group: string,
    handler: ConsumeHandler<Data>,
    options?: ConsumeOptions,
  ): Promise<Consumer> {
    return this.#ofStore(this.#deliveries, "consume").consume(group, handler as ConsumeHandler, options);
  }

  deadLetters(group: string): AsyncIterable<DeadLetter> {
    return this.#ofStore(this.#deliveries, "keep dead letters").deadLetters(group);
  }

  async redrive(group: string, options?: RedriveOptions): Promise<number> {
    return this.#ofStore(this.#deliveries, "redrive").redrive(group, options);
  }

  async removeGroup(group: string): Promise<void> {
    await this.#ofStore(this.#deliveries, "have groups").removeGroup(group);
  }

  async trim(bounds: number | TrimBounds): Promise<void> {
    const given = typeof bounds === "number" ? { olderThanMs: bounds } : bounds;
    await this.#ofStore(this.#retention, "trim").trim(given);
  }

  health(): Health {
    const { store, fallback } = this.#parts;
    if (store === undefined) return healthOf([]);
    const trouble = store.trouble();
    const part: HealthPart = {
      part: "store",
      // A fallback keeps its promises meanwhile, and says itself when it no longer can.
      status: trouble === undefined ? "ok" : fallback === undefined ? "down" : "degraded",
      detail: trouble ?? `the ${store.name} store answers`,
    };
    const groups = this.#deliveries?.health(this.#retention?.heldBy) ?? [];
    return healthOf([part, ...(fallback === undefined ? [] : [fallback.health()]), ...groups]);
  }

  #ofStore<Part>(part: Part | undefined, what: string): Part {
    if (part === undefined) throw new DynoError("unsupported", `an engine without a store cannot ${what}`);
    return part;
  }

  async ready(): Promise<void> {
    await this.#parts.commits?.ready();
  }

  get level(): AckLevel {
    return this.#parts.level;
  }

  get features(): StoreFeatures | undefined {
    return this.#parts.store?.features;
  }

  counters(): Readonly<Record<string, number>> {
    const { commits, firsts, store, fallback } = this.#parts;
    return {
      published: this.#published,
      duplicates: this.#duplicates,
      handler_errors: this.#bus.handlerErrors,
      on_error_threw: this.#onErrorThrew,
      lost_accepted: this.#lostAccepted,
      pending_events: commits?.pendingEvents ?? 0,
      pending_bytes: commits?.pendingBytes ?? 0,
      dedup_keys: firsts.size,
      dedup_overflows: firsts.overflows,
      ...store?.counters(),
      ...fallback?.counters(),
      ...this.#deliveries?.counters(),
    };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Handlers that are under way may still publish; then nobody may. */
  async #close(): Promise<void> {
    const { commits, store, fallback } = this.#parts;
    this.#retention?.stop();
    const isConsuming = this.#deliveries?.isConsuming;
    const stopped = this.#deliveries?.close();
    if (isConsuming) await stopped;
    this.#isClosed = true;
    fallback?.beginClose();
    await commits?.close();
    await fallback?.close();
    await store?.close();
  }
}

/** An empty batch is a barrier: at its level, everything before it is stored. */
async function raise(commit: Commit, level: AckLevel, target: AppendTarget): Promise<void> {
  const raised = await target.append([], level);
  if (typeof raised === "string") commit.level = level;
  else commit.diverted = raised;
}

function levelOf(commit: Commit | undefined): AckLevel {
  return commit?.diverted?.level ?? commit?.level ?? "accepted";
}

function atOf(commit: Commit | undefined): Whereabouts {
  if (commit === undefined) return "memory";
  return commit.diverted?.at ?? "store";
}

function receiptOf(id: string, commit: Commit | undefined, index: number, duplicate: boolean): Receipt {
  const entry = commit?.entry;
  return {
    id,
    level: levelOf(commit),
    at: atOf(commit),
    position: entry === undefined ? undefined : { entry, index },
    duplicate,
  };
}
