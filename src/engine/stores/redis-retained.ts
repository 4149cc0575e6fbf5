/** A batch that the server has acknowledged. */
export interface Acknowledged {
  /** Its number, by which the server says what it has. */
  readonly sequence: number;
  readonly payload: Buffer;
}

/**
 * The batches that a server acknowledged and may not have synced yet: a server that comes back without them gets
 * them again. It is bounded twice: a batch is kept for `keepMs`, and all of them take `maxBytes` at most.
 *
 * They are copied into slabs that are used again and again. Kept as they are, they would outlive the young collection,
 * and at 50,000 events a second their garbage took as much memory again.
 */
export interface RetainedBatches {
  /** Keeps a batch, which was acknowledged at this time, and forgets those for which there is no time or room. */
  add(batch: Acknowledged, nowMs: number): void;
  /** Gives, and forgets, the batches after number `stored`, in order. */
  takeAfter(stored: number): readonly Acknowledged[];
  readonly size: number;
}

interface Slab {
  readonly bytes: Buffer;
  used: number;
  /** How many batches in it are kept. */
  live: number;
}

interface Kept {
  readonly sequence: number;
  readonly atMs: number;
  readonly slab: Slab;
  readonly start: number;
  readonly length: number;
}

const slabBytes = 1_048_576;

/** Creates an empty store of batches that come in the order of their numbers. */
export function createRetainedBatches(keepMs: number, maxBytes: number): RetainedBatches {
  const slabs = createSlabs();
  let kept: Kept[] = [];
  let first = 0;
  let bytes = 0;
  const forget = (one: Kept): void => {
    bytes -= one.length;
    slabs.free(one.slab);
  };
  const forgetOld = (nowMs: number): void => {
    for (; first < kept.length; first++) {
      const oldest = kept[first];
      if (oldest === undefined || (bytes <= maxBytes && oldest.atMs + keepMs > nowMs)) break;
      forget(oldest);
    }
    // Taking them from the front one by one would move all the others each time.
    if (first * 2 < kept.length) return;
    kept = kept.slice(first);
    first = 0;
  };
  return {
    add: ({ sequence, payload }, nowMs) => {
      const { length } = payload;
      const slab = slabs.withRoom(length);
      const start = slab.used;
      payload.copy(slab.bytes, start);
      slab.used += length;
      slab.live++;
      kept.push({ sequence, atMs: nowMs, slab, start, length });
      bytes += length;
      forgetOld(nowMs);
    },
    takeAfter: (stored) => {
      const all = kept.slice(first);
      const taken = all.filter(({ sequence }) => sequence > stored);
      const batches = taken.map(({ sequence, slab, start, length }) => ({
        sequence,
        payload: Buffer.from(slab.bytes.subarray(start, start + length)),
      }));
      for (const one of taken) forget(one);
      kept = all.filter(({ sequence }) => sequence <= stored);
      first = 0;
      return batches;
    },
    get size() {
      return kept.length - first;
    },
  };
}

/** Slabs that are filled one after the other, and used again when nothing in them is kept. */
function createSlabs(): { withRoom(length: number): Slab; free(slab: Slab): void } {
  const spare: Slab[] = [];
  let current: Slab | undefined;
  return {
    withRoom: (length) => {
      if (current !== undefined && current.used + length <= current.bytes.length) return current;
      // One that is full and in which nothing is kept any more has nobody left to free it.
      if (current !== undefined && current.live === 0) spare.push(reset(current));
      const fitting = spare.at(-1);
      const isFitting = fitting !== undefined && fitting.bytes.length >= length;
      current = isFitting ? spare.pop() : undefined;
      current ??= { bytes: Buffer.allocUnsafeSlow(Math.max(slabBytes, length)), used: 0, live: 0 };
      return current;
    },
    free: (slab) => {
      slab.live--;
      // Larger ones were made for one batch.
      if (slab.live === 0 && slab !== current && slab.bytes.length === slabBytes) spare.push(reset(slab));
    },
  };
}

function reset(slab: Slab): Slab {
  slab.used = 0;
  return slab;
}
