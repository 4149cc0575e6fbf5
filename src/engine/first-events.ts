import { randomInt } from "node:crypto";
import { createDedupWindow, type DedupWindowOptions } from "./dedup-window.ts";
import type { Diverted } from "./fallback.ts";
import { fingerprint } from "./fingerprint.ts";
import type { Commit } from "./group-commit.ts";
import type { Kept } from "./key-table.ts";
import { createPrintMap } from "./print-map.ts";
import type { EventStore, StoredEvent } from "./store.ts";

/** The first event with an idempotency key: what the receipt of a duplicate needs. */
export interface FirstEvent {
  readonly id: string;
  index: number;
  /** Undefined until it is stored, and where there is no store. */
  commit: Commit | undefined;
  /** Settles when the event is stored or has failed; undefined once it is. */
  underWay: Promise<unknown> | undefined;
}

/** A first event that is under way, with the fingerprint of its key; `begin` fills that in. */
export interface BegunEvent extends FirstEvent {
  print0: number;
  print1: number;
  print2: number;
  print3: number;
}

/** Knows the first event of each key: while it is under way, and then for the dedup window. */
export interface FirstEvents {
  find(key: string): FirstEvent | undefined;
  /** Remembers an event for as long as it is under way, which may be longer than the window when a store is away. */
  begin(key: string, first: BegunEvent): void;
  /** The event is stored: its window begins. */
  keep(first: BegunEvent): void;
  /** The event failed, and its key is free again. */
  drop(first: BegunEvent): void;
  /** Remembers an event that is under way nowhere. */
  add(key: string, id: string): void;
  /** Fills the window with what a store holds of the time since `sinceMs` (milliseconds since 1970, UTC). */
  readBack(store: EventStore, sinceMs: number): Promise<void>;
  /** Adds to it what a fallback holds and the store does not have yet. */
  readBackDiverted(batches: AsyncIterable<readonly StoredEvent[]>, diverted: Diverted): Promise<void>;
  /** Keys in the window. */
  readonly size: number;
  /** How often keys were forgotten before their time. */
  readonly overflows: number;
}

/** Creates a memory of first events, empty. Keys are known by their 128-bit fingerprints. */
export function createFirstEvents(options: DedupWindowOptions): FirstEvents {
  const underWay = createPrintMap<FirstEvent>();
  const window = createDedupWindow<Commit | undefined>(options);
  const seed = randomInt(2 ** 32);
  const print = new Int32Array(4);
  let printed: string | undefined;
  const printOf = (key: string): Int32Array => {
    if (key !== printed) fingerprint(key, seed, print);
    printed = key;
    return print;
  };
  const printAgain = (first: BegunEvent): Int32Array => {
    printed = undefined;
    print[0] = first.print0;
    print[1] = first.print1;
    print[2] = first.print2;
    print[3] = first.print3;
    return print;
  };
  return {
    find: (key) => underWay.get(printOf(key)) ?? stored(window.get(print)),
    begin: (key, first) => {
      printOf(key);
      first.print0 = print[0] ?? 0;
      first.print1 = print[1] ?? 0;
      first.print2 = print[2] ?? 0;
      first.print3 = print[3] ?? 0;
      underWay.set(print, first);
    },
    keep: (first) => {
      underWay.delete(printAgain(first));
      window.set(print, first.id, first.index, first.commit);
    },
    drop: (first) => underWay.delete(printAgain(first)),
    add: (key, id) => window.set(printOf(key), id, 0, undefined),
    readBack: async (store, sinceMs) => {
      let commit: Commit | undefined;
      for await (const batch of store.read({ sinceMs })) {
        for (const { idempotencyKey, id, position } of batch) {
          if (idempotencyKey === undefined) continue;
          if (commit?.entry !== position.entry) commit = { entry: position.entry, level: "stored" };
          window.set(printOf(idempotencyKey), id, position.index, commit);
        }
      }
    },
    readBackDiverted: async (batches, diverted) => {
      const commit: Commit = { entry: undefined, level: diverted.level, diverted };
      for await (const batch of batches) {
        for (const { idempotencyKey, id } of batch) {
          if (idempotencyKey === undefined || window.get(printOf(idempotencyKey)) !== undefined) continue;
          window.set(print, id, 0, commit);
        }
      }
    },
    get size() {
      return window.size;
    },
    get overflows() {
      return window.overflows;
    },
  };
}

function stored(kept: Kept<Commit | undefined> | undefined): FirstEvent | undefined {
  if (kept === undefined) return undefined;
  return { id: kept.id, index: kept.index, commit: kept.batch, underWay: undefined };
}
