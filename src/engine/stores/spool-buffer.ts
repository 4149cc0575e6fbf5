import type { Whereabouts } from "../fallback.ts";
import type { AckLevel, PreparedEvent, StoredEvent } from "../store.ts";

/** Events that come out of a buffer together, in order. */
export interface BufferedBatch {
  readonly events: readonly PreparedEvent[];
  /** The place behind them, in the buffer's own terms. */
  readonly end: BufferPlace;
}

/** A place in a buffer; it is only read by the buffer that gave it. */
export interface BufferPlace {
  readonly segment: number;
  readonly entry: string;
  readonly index: number;
}

/** Where events wait while their store is away: a queue that forgets nothing until it is told to. */
export interface SpoolBuffer {
  /** Where an event in it is. */
  readonly at: Exclude<Whereabouts, "store">;
  /** What it is called in messages, with the place. */
  readonly name: string;
  /**
   * Appends a batch, and gives the level that holds then: the asked one, or a weaker one where it cannot give that.
   * Keeps the order of calls. Rejects with a DynoError `overload` where it is full, or `unavailable`.
   */
  append(batch: readonly PreparedEvent[], level: AckLevel): Promise<AckLevel>;
  /** What waits, in order, up to the end at the time of the call. */
  read(signal: AbortSignal): AsyncIterable<BufferedBatch>;
  /** The batch is in the store: it waits no longer. Called in order. */
  taken(batch: BufferedBatch): void;
  /** How far it was taken; undefined where nothing was. */
  readonly takenTo: BufferPlace | undefined;
  /** Deletes what was taken up to this place, as far as whole files of it can go. */
  release(place: BufferPlace): Promise<void>;
  /** Everything that was not released waits again. */
  rewind(): Promise<void>;
  /** All events in it, for the dedup window. */
  contents(): AsyncIterable<readonly StoredEvent[]>;
  /** Events that wait. */
  readonly events: number;
  /** Bytes that it takes, of what waits and of what is not yet released. */
  readonly bytes: number;
  /** When the oldest event that waits was published, in ms since 1970 UTC; undefined where none waits from before. */
  readonly oldestMs: number | undefined;
  close(): Promise<void>;
}

/** About how many bytes a batch takes. */
export function sizeOf(batch: readonly PreparedEvent[]): number {
  let bytes = 0;
  for (const { json } of batch) bytes += json.length + 64;
  return bytes;
}
