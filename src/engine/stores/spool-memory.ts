import { DynoError } from "../../base/errors.ts";
import type { AckLevel, PreparedEvent } from "../store.ts";
import { type BufferedBatch, type BufferPlace, type SpoolBuffer, sizeOf } from "./spool-buffer.ts";

interface Waiting {
  readonly number: number;
  readonly batch: readonly PreparedEvent[];
  readonly bytes: number;
}

/**
 * Creates a buffer in this process's memory. What is in it is only `accepted`, whatever was asked for: it is lost with
 * the process.
 */
export function createMemoryBuffer(maxBytes: number): SpoolBuffer {
  let waiting: Waiting[] = [];
  let lastNumber = 0;
  let takenTo: BufferPlace | undefined;
  let events = 0;
  let bytes = 0;

  async function append(batch: readonly PreparedEvent[]): Promise<AckLevel> {
    const size = sizeOf(batch);
    if (bytes + size > maxBytes) {
      throw new DynoError(
        "overload",
        `the memory fallback holds ${bytes} bytes of ${maxBytes} at most: bring the store back, raise fallback.maxBytes, or publish less`,
      );
    }
    waiting.push({ number: ++lastNumber, batch, bytes: size });
    events += batch.length;
    bytes += size;
    return "accepted";
  }

  async function* read(signal: AbortSignal): AsyncGenerator<BufferedBatch> {
    for (const { number, batch } of waiting.slice()) {
      signal.throwIfAborted();
      yield { events: batch, end: { segment: 0, entry: String(number), index: batch.length - 1 } };
    }
  }

  return {
    at: "memory",
    name: "the memory fallback",
    append,
    read,
    taken: ({ end }) => {
      takenTo = end;
      const behind = waiting.findIndex(({ number }) => number > Number(end.entry));
      for (const gone of waiting.slice(0, behind < 0 ? waiting.length : behind)) {
        events -= gone.batch.length;
        bytes -= gone.bytes;
      }
      waiting = behind < 0 ? [] : waiting.slice(behind);
    },
    get takenTo() {
      return takenTo;
    },
    release: async () => undefined,
    rewind: async () => undefined,
    contents: async function* () {},
    get events() {
      return events;
    },
    get bytes() {
      return bytes;
    },
    oldestMs: undefined,
    close: async () => undefined,
  };
}
