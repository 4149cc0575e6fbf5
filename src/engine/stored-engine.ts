import { DynoError, messageOf } from "../base/errors.ts";
import { levelsOf, requireLevel } from "./ack-levels.ts";
import { type Bus, createBus, type Handler, type Unsubscribe } from "./bus.ts";
import type { EngineConfig } from "./config.ts";
import type { ConsumeHandler, ConsumeOptions } from "./delivery/consume-options.ts";
import type { Consumer } from "./delivery/consumer.ts";
import type { DeadLetter } from "./delivery/dead-letter.ts";
import { createDeliveries, type Deliveries, type RedriveOptions } from "./delivery/deliveries.ts";
import { createRetention, type Retention } from "./delivery/retention.ts";
import type { Engine, PublishOptions, Receipt } from "./engine.ts";
import type { Event, EventInput } from "./event.ts";
import type { FirstEvent, FirstEvents } from "./first-events.ts";
import type { GroupCommit } from "./group-commit.ts";
import { type Health, type HealthPart, healthOf } from "./health.ts";
import { inherit, observedHandler } from "./observer.ts";
import { prepareEvent } from "./prepare-event.ts";
import { Publication } from "./publication.ts";
import { atOf, levelOf, raise, receiptOf } from "./receipt.ts";
import {
  type AckLevel,
  ackLevels,
  type EventStore,
  type PreparedEvent,
  type ReadOptions,
  type StoredEvent,
  type StoreFeatures,
  type TrimBounds,
} from "./store.ts";
import type { Fallback } from "./stores/spool.ts";
import { createUlidSource } from "./ulid.ts";

/** What an engine is made of. */
export interface EngineParts {
  readonly config: EngineConfig;
  readonly clock: { epochMs(): number };
  readonly store: EventStore | undefined;
  readonly fallback: Fallback | undefined;
  readonly commits: GroupCommit | undefined;
  readonly firsts: FirstEvents;
  readonly level: AckLevel;
}

/** The engine over a store, or without one. */
export class StoredEngine implements Engine {
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
    this.#levels = levelsOf(parts.store);
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
