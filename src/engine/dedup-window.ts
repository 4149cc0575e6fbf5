import type { Clock } from "../base/clock.ts";

/**
 * Remembers the values of keys for at least `windowMs` after they were set, as long as no more than `maxKeys`
 * keys come in that time; beyond that the oldest half is forgotten early.
 *
 * Two generations, the current one and the one before: looking up costs at most two Map reads, forgetting
 * costs nothing per key, and a key is remembered for one to two windows. A key takes about 125 B with its
 * Map slot, and its value besides.
 */
export interface DedupWindow<Value> {
  get(key: string): Value | undefined;
  set(key: string, value: Value): void;
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
export function createDedupWindow<Value>({
  windowMs,
  maxKeys,
  clock,
}: DedupWindowOptions): DedupWindow<Value> {
  let current = new Map<string, Value>();
  let before = new Map<string, Value>();
  let begunMicros = clock.nowMicros();
  let overflows = 0;
  const turn = (): void => {
    const ageMs = (clock.nowMicros() - begunMicros) / 1000;
    const isFull = current.size >= maxKeys / 2;
    if (ageMs < windowMs && !isFull) return;
    if (isFull && ageMs < windowMs && before.size > 0) overflows++;
    const isPast = ageMs >= 2 * windowMs;
    before = isPast ? new Map() : current;
    current = new Map();
    // Generations end when they are due, not when somebody looks, or a key could outlive two windows.
    begunMicros = isFull || isPast ? clock.nowMicros() : begunMicros + windowMs * 1000;
  };
  return {
    get: (key) => {
      turn();
      return current.get(key) ?? before.get(key);
    },
    set: (key, value) => {
      turn();
      current.set(key, value);
    },
    get size() {
      return current.size + before.size;
    },
    get overflows() {
      return overflows;
    },
  };
}
