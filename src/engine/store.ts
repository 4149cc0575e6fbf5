import type { Event } from "./event.ts";

/**
 * What has happened to an event when its publisher hears back, from weakest to strongest:
 *
 * - `accepted`: it is in this process's memory
 * - `stored`: the store has it (Redis replied; the log file was written)
 * - `durable`: it survives a power cut (the log was fdatasynced; Redis fsynced its append-only file)
 */
export type AckLevel = "accepted" | "stored" | "durable";

/** The ack levels from weakest to strongest. */
export const ackLevels: readonly AckLevel[] = ["accepted", "stored", "durable"];

/**
 * Where one event lies: the entry that the store wrote, and the event's index in that entry.
 * `entry` is the store's own text and is only compared by the store that gave it.
 */
export interface Position {
  readonly entry: string;
  readonly index: number;
}

/**
 * An event on its way into a store: its data has been turned into JSON once, when it was published, so that
 * a later change of the object cannot leak into the store.
 */
export interface PreparedEvent extends Event {
  readonly json: string;
}

/** An event as it comes back from a store; its data is parsed when it is first asked for. */
export interface StoredEvent<Data = unknown> extends Event<Data> {
  readonly position: Position;
}

/** What a store can do; the contract suite reads it to know what to ask. */
export interface StoreFeatures {
  /** The ack levels this store can give, as it is configured now. */
  readonly levels: readonly AckLevel[];
  /** Whether its events outlive the process. */
  readonly persistent: boolean;
}

/** Which events to read: from the position on, or after it, or from the beginning. */
export interface ReadOptions {
  /** The first event is the one after this position. Default: from the oldest. */
  readonly after?: Position;
  /** Skips entries that were written before this time (milliseconds since 1970, UTC); a store may give a few older ones. */
  readonly sinceMs?: number;
  /** The largest number of events in one batch. Default 1000. It bounds the memory of a replay. */
  readonly batchSize?: number;
  readonly signal?: AbortSignal;
}

/**
 * An append-only log of events.
 *
 * A store is written to by one engine at a time (its owner). It keeps the order of its `append` calls, also
 * when several are under way.
 */
export interface EventStore {
  /** The name in the table of stores: `memory`, `log`, `redis`. */
  readonly name: string;
  readonly features: StoreFeatures;
  /**
   * Appends the batch as one entry, whole or not at all, and resolves with the entry's name only when `level`
   * holds for every event in it. A batch whose outcome was unknown (a lost connection) is settled inside:
   * when this resolves, the batch is stored exactly once.
   *
   * An empty batch is a barrier: when it resolves, `level` holds for everything that was stored before it.
   *
   * Rejects with a DynoError: `unsupported` (a level that it cannot give), `conflict` (another owner took
   * over), `unavailable`, `overload` (the store is full), `closed`.
   */
  append(batch: readonly PreparedEvent[], level: AckLevel): Promise<string>;
  /** Batches of events in order, up to the end at the time of reading. Memory is bounded by `batchSize`. */
  read(options?: ReadOptions): AsyncIterable<readonly StoredEvent[]>;
  /** Drops whole entries that are older than `olderThanMs` (milliseconds since 1970, UTC). A store may keep a few more, never fewer. */
  trim(olderThanMs: number): Promise<void>;
  /** Running totals since the store was opened, by name: entries, events, bytes, resends and what else it counts. */
  counters(): Readonly<Record<string, number>>;
  /** Finishes what is under way, then closes. */
  close(): Promise<void>;
}
