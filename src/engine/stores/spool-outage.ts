import type { Diverted, Whereabouts } from "../fallback.ts";
import type { AckLevel, Position, ReadOptions } from "../store.ts";
import { ackLevels } from "../store.ts";

/**
 * From the moment a store rejected what was under way until everything that was diverted is in it. One object for all
 * that is diverted meanwhile, so that a receipt asked for later says where the event is by then.
 */
export interface Outage {
  /** Milliseconds since 1970, UTC. */
  readonly sinceMs: number;
  /** The last error; undefined where events are left over from an earlier life. */
  cause: unknown;
  /** Behind this entry the store may have what was in doubt. */
  after: string | undefined;
  /** Ids of events that were found in the store. */
  readonly known: Set<string>;
  /** The level that the store gave to everything that was diverted, once it is all there. */
  endedWith: AckLevel | undefined;
}

/** Clocks of different machines are taken to be no further apart than this. */
const clockSkewMs = 300_000;

/** Begins an outage. */
export function createOutage(sinceMs: number, after: string | undefined, cause?: unknown): Outage {
  return { sinceMs, cause, after, known: new Set(), endedWith: undefined };
}

/** Where in the store to look for what was in doubt: behind the last entry that was not, or since the oldest event. */
export function doubtfulFrom(outage: Outage, oldestMs: number | undefined): ReadOptions {
  if (outage.after !== undefined) return { after: behind(outage.after) };
  return { sinceMs: Math.min(outage.sinceMs, oldestMs ?? outage.sinceMs) - clockSkewMs };
}

function behind(entry: string): Position {
  return { entry, index: Number.MAX_SAFE_INTEGER };
}

/** What is to be known of a batch that was diverted during an outage. */
export function diverted(outage: Outage, at: Whereabouts, level: AckLevel): Diverted {
  return {
    get at() {
      return outage.endedWith === undefined ? at : "store";
    },
    get level() {
      return strongerOf(level, outage.endedWith ?? level);
    },
  };
}

function strongerOf(a: AckLevel, b: AckLevel): AckLevel {
  return ackLevels.indexOf(a) >= ackLevels.indexOf(b) ? a : b;
}
