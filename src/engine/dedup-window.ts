import type { Clock } from "../base/clock.ts";
import { createKeyTable, type Kept, type KeyTable } from "./key-table.ts";

/**
 * Remembers events by the fingerprints of their keys, for at least `windowMs` after they were set, as long as no more than `maxKeys`
 * keys come in that time; beyond that the oldest half is forgotten early.
 *
 * Two generations, the current one and the one before: a look-up reads at most two tables, forgetting costs nothing
 * per key, and a key is remembered for one to two windows; with a window of 0 none is. A key takes 48 to 64 B.
 */
export interface DedupWindow<Batch> {
  get(print: Int32Array): Kept<Batch> | undefined;
  /** Remembers what `get` does not know. `batch` is one value for all events of a batch. */
  set(print: Int32Array, id: string, index: number, batch: Batch): void;
  /** Keys remembered now. */
  readonly size: number;
  /** How often keys were forgotten before their time because `maxKeys` was reached. */
  readonly overflows: number;
}

/** What bounds the window. */
export interface DedupWindowOptions {
  readonly windowMs: number;
  readonly maxKeys: number;
  readonly clock: Clock;
}

/** Creates an empty window. */
export function createDedupWindow<Batch>({
  windowMs,
  maxKeys,
  clock,
}: DedupWindowOptions): DedupWindow<Batch> {
  let current = createKeyTable<Batch>(0);
  let before: KeyTable<Batch> | undefined;
  let begunMicros = clock.nowMicros();
  let overflows = 0;
  let lastBatch: Batch | undefined;
  const turn = (): void => {
    const ageMs = (clock.nowMicros() - begunMicros) / 1000;
    const isFull = current.size >= maxKeys / 2;
    if (ageMs < windowMs && !isFull) return;
    if (isFull && ageMs < windowMs && before !== undefined && before.size > 0) overflows++;
    const isPast = ageMs >= 2 * windowMs;
    before = isPast ? undefined : current;
    // The next generation is expected to be as large as this one; growing takes time.
    current = createKeyTable(current.size);
    // Generations end when they are due, not when somebody looks, or a key could outlive two windows.
    begunMicros = isFull || isPast ? clock.nowMicros() : begunMicros + windowMs * 1000;
  };
  return {
    get: (print) => {
      turn();
      return current.find(print) ?? before?.find(print);
    },
    set: (print, id, index, batch) => {
      if (windowMs === 0) return;
      // The events of a batch are set one after the other: one look at the clock serves them all.
      if (batch !== lastBatch || batch === undefined || current.size >= maxKeys / 2) turn();
      lastBatch = batch;
      current.add(print, id, index, batch);
    },
    get size() {
      return current.size + (before?.size ?? 0);
    },
    get overflows() {
      return overflows;
    },
  };
}
