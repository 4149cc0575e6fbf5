import type { DynoError } from "../base/errors.ts";
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

/** What to drop: what either bound would drop. */
export interface TrimBounds {
  /** Entries that were written before this time (milliseconds since 1970, UTC). */
  readonly olderThanMs?: number;
  /** Entries behind about this many of the newest events. */
  readonly maxEvents?: number;
}

/** What trimming came to. */
export interface TrimOutcome {
  /** A group that has not acknowledged what the bounds would have dropped; so it was kept. */
  readonly heldBy: string | undefined;
}

/** An entry handed to a group. */
export interface GroupEntry {
  readonly entry: string;
  readonly events: readonly StoredEvent[];
  /** Whether somebody had it before and did not acknowledge it. */
  readonly isLeftover: boolean;
  /** What was last recorded about it by `settle`. */
  readonly progress: string | undefined;
  /** Why it cannot be read; then it has one event, whose data is the text that is there. */
  readonly damage?: DynoError;
}

/** An event that a group has given up, as text; adding the same one twice is adding it once. */
export interface DeadRecord {
  /** Of the event. Records are kept in the order of their ids. */
  readonly id: string;
  readonly text: string;
}

/** What has become of a group's entries since the last time. */
export interface Settlement {
  /** Entries that are acknowledged. */
  readonly done: readonly string[];
  /** What to remember about entries that are not, in place of what was recorded before. */
  readonly progress: readonly (readonly [entry: string, text: string])[];
  /** Events to keep as dead letters; written before, or together with, everything else. */
  readonly dead: readonly DeadRecord[];
}

/** A group's way through the store: used by one consumer at a time. */
export interface StoreGroup {
  /**
   * Gives entries, in order: first those that were handed out before and not acknowledged, then new ones. Waits for
   * the first new one; resolves with none when it has waited for a while, or when the signal is aborted. What it
   * gave is not given again before the group is opened again.
   *
   * Rejects with a DynoError: `unavailable`, where it may be called again; `conflict`, where the stream has another
   * owner.
   */
  read(maxEntries: number, signal: AbortSignal): Promise<readonly GroupEntry[]>;
  /** Records what has become of entries. Rejects like `read`; the same settlement may then be tried again. */
  settle(settlement: Settlement): Promise<void>;
  /** Running totals by name. */
  counters(): Readonly<Record<string, number>>;
  close(): Promise<void>;
}

/** How a group is opened. */
export interface OpenGroupOptions {
  /** Where a group begins that is not there yet. */
  readonly from: "oldest" | "newest";
  /** How long an entry may lie with another consumer that gives no sign of life. */
  readonly claimAfterMs: number;
  /** Hears of what went wrong and was mended. */
  readonly report: (error: unknown) => void;
}

/** The groups of a store: where each stands, and its dead letters. */
export interface GroupStore {
  /** Opens a group, which is made where it is missing. */
  open(group: string, options: OpenGroupOptions): Promise<StoreGroup>;
  /** The dead letters of a group in the order of their ids. */
  dead(group: string): AsyncIterable<DeadRecord>;
  removeDead(group: string, records: readonly DeadRecord[]): Promise<void>;
  /** Forgets where a group stands, so that it holds nothing back. Its dead letters stay. */
  remove(group: string): Promise<void>;
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
  /** Drops whole entries, never one that a group has not acknowledged. A store may keep a few more, never fewer. */
  trim(bounds: TrimBounds): Promise<TrimOutcome>;
  readonly groups: GroupStore;
  /** Why it cannot be used now; undefined while it can, as far as it knows. */
  trouble(): string | undefined;
  /** Running totals since the store was opened, by name: entries, events, bytes, resends and what else it counts. */
  counters(): Readonly<Record<string, number>>;
  /** Finishes what is under way, then closes. */
  close(): Promise<void>;
}
