import type { Knobs } from "../config.ts";
import type { HomeStore } from "../fallback.ts";
import type { AckLevel, PreparedEvent } from "../store.ts";
import type { BufferedBatch, SpoolBuffer } from "./spool-buffer.ts";
import { doubtfulFrom, type Outage } from "./spool-outage.ts";
import { sendInOrder } from "./spool-sending.ts";

/** The way of what was diverted into the store: in order, at the strongest level, and without what is there already. */
export interface WayHome {
  /** Resolves when the store is back, and it is known which events it has of those that were in doubt. */
  regain(outage: Outage, signal: AbortSignal): Promise<void>;
  /** Sends what waits in the buffer. Rejects where the store goes away again; then some of it is there. */
  sendBuffered(outage: Outage, signal: AbortSignal): Promise<void>;
  /** Sends one batch that is in no buffer. */
  sendOne(batch: readonly PreparedEvent[], level: AckLevel, outage: Outage): Promise<void>;
  /** The level that everything has that came home. */
  readonly level: AckLevel;
  readonly totals: { readonly drained: number; readonly found: number };
}

/** What it leads from and to. */
export interface WayHomeOptions {
  readonly home: HomeStore;
  readonly buffer: SpoolBuffer;
  readonly knobs: Pick<Knobs, "inFlight">;
  /** Told of each batch that is home. */
  readonly onHome: () => void;
}

/** Creates the way from a buffer into a store. */
export function createWayHome({ home, buffer, knobs, onHome }: WayHomeOptions): WayHome {
  const level = home.features.levels.at(-1) ?? "stored";
  const totals = { drained: 0, found: 0 };

  async function sendMissing(
    events: readonly PreparedEvent[],
    { known }: Outage,
    atLevel: AckLevel,
  ): Promise<string | undefined> {
    const missing = known.size === 0 ? events : events.filter(({ id }) => !known.has(id));
    totals.found += events.length - missing.length;
    return missing.length === 0 ? undefined : home.append(missing, atLevel);
  }

  return {
    level,
    totals,
    regain: async (outage, signal) => {
      const from = doubtfulFrom(outage, buffer.oldestMs);
      for (const id of await home.regain({ ...from, signal, oldestMs: buffer.oldestMs }))
        outage.known.add(id);
      // What is found there was stored, and no more is known of it: a barrier gives it the level of all others.
      if (outage.known.size > 0) await home.append([], level);
    },
    sendBuffered: (outage, signal) =>
      sendInOrder<BufferedBatch>({
        batches: buffer.read(signal),
        inFlight: knobs.inFlight,
        send: ({ events }) => sendMissing(events, outage, level),
        onSent: (batch, entry) => {
          outage.after = entry ?? outage.after;
          totals.drained += batch.events.length;
          buffer.taken(batch);
          onHome();
        },
      }),
    sendOne: async (batch, atLevel, outage) => {
      const entry = await sendMissing(batch, outage, atLevel);
      // What the store had already gets its level by a barrier.
      outage.after = entry ?? (await home.append([], atLevel));
    },
  };
}
