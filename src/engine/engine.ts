import type { Handler, Unsubscribe } from "./bus.ts";
import type { ConsumeHandler, ConsumeOptions } from "./delivery/consume-options.ts";
import type { Consumer } from "./delivery/consumer.ts";
import type { DeadLetter } from "./delivery/dead-letter.ts";
import type { RedriveOptions } from "./delivery/deliveries.ts";
import type { EventInput } from "./event.ts";
import type { Whereabouts } from "./fallback.ts";
import type { Health } from "./health.ts";
import type { AckLevel, Position, ReadOptions, StoredEvent, StoreFeatures, TrimBounds } from "./store.ts";

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
