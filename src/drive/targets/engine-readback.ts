import { DynoError } from "../../base/errors.ts";
import { decodeBatch } from "../../engine/codec.ts";
import type { StoreConfig } from "../../engine/config.ts";
import type { StoredEvent } from "../../engine/store.ts";
import { listSegments, readFrames } from "../../engine/stores/log-segment.ts";
import { readEntries } from "../services/redis-entries.ts";

/** A store that can be read without the engine. */
export type ReadableStore = Exclude<StoreConfig, { readonly kind: "memory" }>;

/**
 * Reads everything that a store holds, in order, without asking the engine: a stream entry by entry over a connection of
 * its own, a log frame by frame from its files. The engine must be closed. A torn write at the end of the log was never
 * acknowledged, and is left out. Throws a DynoError `corrupt` at what is no batch of events.
 */
export async function* readStore(store: ReadableStore): AsyncGenerator<readonly StoredEvent[]> {
  if (store.kind === "redis") {
    for await (const page of readEntries(store.url, store.stream)) {
      for (const [id, fields] of page) yield decodeBatch(fields[1] ?? "", id);
    }
    return;
  }
  const segments = await listSegments(store.dir);
  for (const segment of segments) {
    for await (const frame of readFrames(store.dir, segment)) {
      if ("broken" in frame) {
        if (segment === segments.at(-1)) return;
        const text = `segment ${segment} of ${store.dir} has no whole frame at byte ${frame.broken}`;
        throw new DynoError("corrupt", text);
      }
      // A mark carries no events.
      if (frame.payload.length > 0) yield decodeBatch(frame.payload.toString(), `${segment}:${frame.offset}`);
    }
  }
}
