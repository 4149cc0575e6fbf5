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
 * They are kept as they were sent, outside the heap: at 50,000 events of 256 bytes a second, 5 s take 64 MiB, and
 * the collector has nothing to copy.
 */
export interface RetainedBatches<Batch extends Acknowledged> {
  /** Keeps a batch, which was acknowledged at this time, and forgets those for which there is no time or room. */
  add(batch: Batch, nowMs: number): void;
  /** Gives, and forgets, the batches after number `stored`, in order. */
  takeAfter(stored: number): readonly Batch[];
  readonly size: number;
}

/** Creates an empty store of batches that come in the order of their numbers. */
export function createRetainedBatches<Batch extends Acknowledged>(
  keepMs: number,
  maxBytes: number,
): RetainedBatches<Batch> {
  let kept: { readonly batch: Batch; readonly atMs: number }[] = [];
  let first = 0;
  let bytes = 0;
  const forgetOld = (nowMs: number): void => {
    for (; first < kept.length; first++) {
      const oldest = kept[first];
      if (oldest === undefined || (bytes <= maxBytes && oldest.atMs + keepMs > nowMs)) break;
      bytes -= oldest.batch.payload.length;
    }
    // Taking them from the front one by one would move all the others each time.
    if (first * 2 < kept.length) return;
    kept = kept.slice(first);
    first = 0;
  };
  return {
    add: (batch, nowMs) => {
      kept.push({ batch, atMs: nowMs });
      bytes += batch.payload.length;
      forgetOld(nowMs);
    },
    takeAfter: (stored) => {
      const all = kept.slice(first);
      const taken = all.filter(({ batch }) => batch.sequence > stored).map(({ batch }) => batch);
      for (const { payload } of taken) bytes -= payload.length;
      kept = all.filter(({ batch }) => batch.sequence <= stored);
      first = 0;
      return taken;
    },
    get size() {
      return kept.length - first;
    },
  };
}
