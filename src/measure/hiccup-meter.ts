import { Worker } from "node:worker_threads";
import type { HiccupSummary } from "./result.ts";

/** How long the meter's thread sleeps at a time. */
export const sleepMicros = 1000;
const bucketsPerOctave = 8;
const bucketCount = 200;

/** The slot in which a sleep that was `lateMicros` too long is counted; slot 0 is not used. */
export function hiccupBucketOf(lateMicros: number): number {
  return Math.min(bucketCount - 1, 1 + Math.floor(Math.log2(Math.max(1, lateMicros)) * bucketsPerOctave));
}

/** Watches the machine from a thread of its own (after Gil Tene's jHiccup). */
export interface HiccupMeter {
  /** What was seen since the last call. */
  take(): HiccupSummary;
  close(): Promise<void>;
}

/** Starts the meter; about one per cent of a core. */
export function startHiccupMeter(): HiccupMeter {
  const shared = new SharedArrayBuffer(bucketCount * Int32Array.BYTES_PER_ELEMENT);
  const counts = new Int32Array(shared);
  const worker = new Worker(new URL("./hiccup-worker.js", import.meta.url), { workerData: shared });
  worker.unref();
  let before = new Int32Array(bucketCount);
  return {
    take: () => {
      const now = counts.slice();
      const seen = now.map((count, slot) => count - (before[slot] ?? 0));
      before = now;
      return summarise(seen);
    },
    close: async () => {
      await worker.terminate();
    },
  };
}

/** Sleeps that were later than this count as lost time. */
const lostMicros = 1000;

/** Turns counts by slot into a summary; a slot counts as its geometric middle. */
export function summarise(seen: Int32Array): HiccupSummary {
  const middle = (slot: number): number => 2 ** ((slot - 0.5) / bucketsPerOctave);
  const count = seen.reduce((sum, n) => sum + n, 0);
  let lateMicros = 0;
  let wallMicros = 0;
  for (const [slot, n] of seen.entries()) {
    wallMicros += n * (sleepMicros + middle(slot));
    if (middle(slot) > lostMicros) lateMicros += n * middle(slot);
  }
  const quantile = (q: number): number => {
    let left = Math.ceil(q * count);
    const slot = seen.findIndex((n) => {
      left -= n;
      return n > 0 && left <= 0;
    });
    return slot < 0 ? 0 : middle(slot);
  };
  return {
    count,
    p50Micros: quantile(0.5),
    p99Micros: quantile(0.99),
    maxMicros: quantile(1),
    lostRatio: wallMicros > 0 ? lateMicros / wallMicros : 0,
  };
}
