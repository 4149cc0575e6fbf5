import type { Position, Settlement, StoredEvent } from "../store.ts";
import type { Bell } from "./bell.ts";

/** Where a group stands in a store that counts by positions: how far it has read, and what of that is not done. */
export interface Place {
  /** The group has read up to here; undefined at the very beginning. Index -1 is the place before an entry's first event. */
  after: Position | undefined;
  /** Entries that were handed out and are not acknowledged, in order, with what is recorded of each. */
  readonly pending: Map<string, string | undefined>;
}

/** What a group on positions needs of its store. */
export interface PlaceStore {
  /** The entries after a position, one by one, up to the end at the time of the call. */
  entries(after: Position | undefined): AsyncIterable<readonly StoredEvent[]>;
  /** Rings when something was appended that `entries` gives. */
  readonly bell: Bell;
}

/** The position after all events of an entry. */
export function afterEntry(entry: string): Position {
  return { entry, index: Number.MAX_SAFE_INTEGER };
}

/** The position before the first event of an entry. */
export function beforeEntry(entry: string): Position {
  return { entry, index: -1 };
}

/** Before this position a group needs nothing any more; undefined where it needs everything. */
export function floorOf({ after, pending }: Place): Position | undefined {
  const [oldest] = pending.keys();
  return oldest === undefined ? after : beforeEntry(oldest);
}

/** Moves a place on by what has become of its entries. */
export function settlePlace({ pending }: Place, { done, progress }: Settlement): void {
  for (const entry of done) pending.delete(entry);
  for (const [entry, text] of progress) if (pending.has(entry)) pending.set(entry, text);
}
