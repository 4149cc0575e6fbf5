import { DynoError } from "../../base/errors.ts";
import { preparedOf } from "../codec.ts";
import type { AckLevel, EventStore, Position, PreparedEvent, StoredEvent } from "../store.ts";
import { type BufferedBatch, type BufferPlace, type SpoolBuffer, sizeOf } from "./spool-buffer.ts";

/** The log that a spool is kept in. */
export interface SpoolLog extends Pick<EventStore, "append" | "read" | "close"> {
  readonly keptBytes: number;
  beginSegment(): Promise<number>;
  dropBefore(segment: number): Promise<void>;
}

/** What a spool rests on. */
export interface DiskBufferOptions {
  readonly log: SpoolLog;
  readonly dir: string;
  readonly maxBytes: number;
  /** How large the batches are that come out. */
  readonly maxBatch: number;
  readonly maxBatchBytes: number;
}

/** Creates a buffer on a log, with what is in that from an earlier life. Rejects with `corrupt` where that is damaged. */
export async function openDiskBuffer(options: DiskBufferOptions): Promise<SpoolBuffer> {
  const buffer = new DiskBuffer(options);
  await buffer.rewind();
  return buffer;
}

class DiskBuffer implements SpoolBuffer {
  readonly at = "spool";
  readonly name: string;
  readonly #options: DiskBufferOptions;
  #pendingBytes = 0;
  /** Of the newest event. */
  #last: Position | undefined;
  events = 0;
  oldestMs: number | undefined;
  takenTo: BufferPlace | undefined;

  constructor(options: DiskBufferOptions) {
    this.#options = options;
    this.name = `the spool in ${options.dir}`;
  }

  get bytes(): number {
    return this.#options.log.keptBytes;
  }

  async append(batch: readonly PreparedEvent[], level: AckLevel): Promise<AckLevel> {
    const size = sizeOf(batch);
    const { log, maxBytes } = this.#options;
    if (batch.length > 0 && log.keptBytes + this.#pendingBytes + size > maxBytes) throw this.#full();
    this.#pendingBytes += size;
    try {
      const entry = await log.append(batch, level);
      this.events += batch.length;
      if (batch.length > 0) this.#last = { entry, index: batch.length - 1 };
      return level;
    } finally {
      this.#pendingBytes -= size;
    }
  }

  #full(): DynoError {
    const { log, maxBytes } = this.#options;
    return new DynoError(
      "overload",
      `${this.name} holds ${log.keptBytes} bytes of ${maxBytes} at most: bring the store back, so that it drains, or raise fallback.maxBytes`,
    );
  }

  async *read(signal: AbortSignal): AsyncGenerator<BufferedBatch> {
    const { log, maxBatch, maxBatchBytes } = this.#options;
    const after = this.takenTo;
    const options = { batchSize: maxBatch, signal, ...(after === undefined ? {} : { after }) };
    for await (const stored of log.read(options)) yield* split(stored, maxBatchBytes);
  }

  taken({ events, end }: BufferedBatch): void {
    this.events -= events.length;
    this.takenTo = end;
  }

  async release(place: BufferPlace): Promise<void> {
    const { log } = this.#options;
    const next = this.#isAll(place) ? await log.beginSegment() : place.segment;
    // What came meanwhile may have come into the file before the new one.
    await log.dropBefore(this.#isAll(place) ? next : place.segment);
  }

  /** Whether nothing is there or on its way that was not taken; a batch may end in the middle of an entry. */
  #isAll({ entry, index }: BufferPlace): boolean {
    return entry === this.#last?.entry && index === this.#last.index && this.#pendingBytes === 0;
  }

  async rewind(): Promise<void> {
    this.takenTo = undefined;
    let events = 0;
    this.oldestMs = undefined;
    for await (const batch of this.contents()) {
      events += batch.length;
      this.oldestMs = batch.reduce((min, { timeMs }) => Math.min(min, timeMs), this.oldestMs ?? Infinity);
      this.#last = batch.at(-1)?.position ?? this.#last;
    }
    this.events = events;
  }

  contents(): AsyncIterable<readonly StoredEvent[]> {
    return this.#options.log.read();
  }

  close(): Promise<void> {
    return this.#options.log.close();
  }
}

/** Cuts what was read where it grows too large for one entry of the store. */
function* split(stored: readonly StoredEvent[], maxBytes: number): Generator<BufferedBatch> {
  let events: PreparedEvent[] = [];
  let bytes = 0;
  for (const [i, event] of stored.entries()) {
    const prepared = preparedOf(event);
    events.push(prepared);
    bytes += prepared.json.length;
    const next = stored[i + 1];
    if (next !== undefined && bytes < maxBytes) continue;
    const { entry, index } = event.position;
    yield { events, end: { segment: Number(entry.split("-")[0]), entry, index } };
    events = [];
    bytes = 0;
  }
}
