import type { AckLevel, EventStore, PreparedEvent, ReadOptions } from "./store.ts";

/**
 * Where an event is when its publisher hears back:
 *
 * - `memory`: in this process only
 * - `store`: in the store
 * - `spool`: in the spool, on its way into the store, which is away
 */
export type Whereabouts = "memory" | "spool" | "store";

/** A batch that was taken in place of the store, and has no position yet. It changes when the batch is in the store. */
export interface Diverted {
  readonly at: Whereabouts;
  readonly level: AckLevel;
}

/** What a group commit appends to. */
export interface AppendTarget {
  /** As the store's `append`; resolves with the entry, or with what is to be known of a batch that has none. */
  append(batch: readonly PreparedEvent[], level: AckLevel): Promise<string | Diverted>;
}

/**
 * A store that may be away for a while, as a fallback sees it. After a rejection it rejects everything, so that the
 * order can be kept, until `regain` is called.
 */
export interface HomeStore extends EventStore {
  /**
   * Resolves when the store takes appends again, with the ids of the events that it has behind `after`, or since
   * `sinceMs`. An event whose append was rejected before, and whose id is not among them, is not in the store and
   * will not come there by itself.
   *
   * Rejects with a DynoError `conflict` or `closed` where there is nothing to wait for, and otherwise may be called
   * again.
   */
  regain(options: RegainOptions): Promise<ReadonlySet<string>>;
  /** To be told when everything is in the store again: from now on publishers wait for it. */
  resumed(): void;
  /** Which of all stores it is, wherever it is reached: what waits for one must not come into another. */
  readonly identity: string;
  /** How many times it turned out that acknowledged batches were lost for good. */
  readonly losses: number;
}

/** Where to look for events that are in doubt. */
export interface RegainOptions extends ReadOptions {
  /** Events of before are not among them, wherever they lie: their ids are of no use, and there may be many. */
  readonly oldestMs?: number | undefined;
}

/** Whether a store can have a fallback. */
export function isHomeStore(store: EventStore): store is HomeStore {
  return "regain" in store;
}
