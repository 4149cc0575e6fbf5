import { DynoError } from "../../base/errors.ts";
import { decodeBatch } from "../codec.ts";
import type { Position, StoredEvent } from "../store.ts";
import { isOlder } from "./log-retention.ts";
import { damaged, listSegments, readFrames } from "./log-segment.ts";
import type { LogWriter } from "./log-writer.ts";

/** Reads the entries of a log. */
export class LogReader {
  readonly #dir: string;
  readonly #writer: Pick<LogWriter, "end">;

  constructor(dir: string, writer: Pick<LogWriter, "end">) {
    this.#dir = dir;
    this.#writer = writer;
  }

  /** The events after a position, entry by entry, up to the end at the time of the call. */
  async *entries(after?: Position, sinceMs = 0): AsyncGenerator<readonly StoredEvent[]> {
    const end = this.#writer.end();
    const start = after === undefined ? undefined : parseEntry(after);
    const segments = await listSegments(this.#dir);
    for (const [i, segment] of segments.entries()) {
      if (segment > end.segment || (start !== undefined && segment < start.segment)) continue;
      try {
        if (await isOlder(this.#dir, segments[i + 1], sinceMs)) continue;
        const from = segment === start?.segment ? start : undefined;
        const to = segment === end.segment ? end.offset : undefined;
        yield* this.#segmentEntries(segment, from, to, sinceMs);
      } catch (error) {
        if (!(await this.#wasTrimmed(segment, error))) throw error;
      }
    }
  }

  async *#segmentEntries(
    segment: number,
    from: { readonly offset: number; readonly index: number } | undefined,
    to: number | undefined,
    sinceMs: number,
  ): AsyncGenerator<readonly StoredEvent[]> {
    for await (const frame of readFrames(this.#dir, segment, from?.offset ?? 0, to)) {
      if ("broken" in frame) throw damaged(this.#dir, segment, frame.broken);
      if (frame.payload.length === 0 || frame.timeMs < sinceMs) continue;
      const events = decodeBatch(frame.payload.toString(), `${segment}-${frame.offset}`);
      yield frame.offset === from?.offset ? events.slice(from.index + 1) : events;
    }
  }

  /** Whether a segment is missing because it was trimmed while somebody was reading on towards it. */
  async #wasTrimmed(segment: number, error: unknown): Promise<boolean> {
    if (!isMissing(error)) return false;
    const [oldest] = await listSegments(this.#dir);
    return oldest !== undefined && segment < oldest;
  }
}

function parseEntry({ entry, index }: Position): { segment: number; offset: number; index: number } {
  const [segment, offset] = entry.split("-").map(Number);
  if (segment === undefined || offset === undefined || !(segment > 0) || !(offset >= 0)) {
    throw new DynoError("usage", `${entry} is no position in a log store`);
  }
  return { segment, offset, index };
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "ENOENT";
}
