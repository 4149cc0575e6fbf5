import type { Clock } from "../base/clock.ts";
import { DynoError } from "../base/errors.ts";
import type { Observer } from "./observer.ts";
import type { AckLevel } from "./store.ts";

/** One thing about the engine that can be turned. */
export interface Knob {
  readonly name: keyof Knobs;
  /** What turning it does, in a sentence. */
  readonly meaning: string;
  /** Empty for a plain number. */
  readonly unit: string;
  readonly min: number;
  readonly max: number;
  /** How a search should step through the range: by differences, by factors, or by factors of 1 + the value where it begins at 0. */
  readonly scale: "linear" | "log" | "log1p";
  readonly default: number;
}

/** The value of each knob; all are whole numbers. */
export interface Knobs {
  readonly maxBatch: number;
  readonly maxBatchBytes: number;
  readonly lingerMicros: number;
  readonly inFlight: number;
  readonly maxPendingEvents: number;
  readonly maxPendingBytes: number;
  readonly dedupWindowMs: number;
  readonly dedupMaxKeys: number;
  readonly segmentBytes: number;
}

const mebibyte = 1_048_576;

/** Every knob of the engine. One line adds one. */
export const knobs: readonly Knob[] = [
  knob("maxBatch", "events that one store entry packs at most", "events", 1, 4096, "log", 128),
  knob(
    "maxBatchBytes",
    "bytes of data that one store entry packs at most",
    "bytes",
    1024,
    16 * mebibyte,
    "log",
    mebibyte,
  ),
  knob("lingerMicros", "how long a batch that is not full waits for more", "us", 0, 1_000_000, "log1p", 0),
  knob(
    "inFlight",
    "batches under way at once; only full ones overtake the first",
    "batches",
    1,
    64,
    "log",
    4,
  ),
  knob(
    "maxPendingEvents",
    "events that wait for their ack at most; beyond, a publish is refused",
    "events",
    1,
    10_000_000,
    "log",
    200_000,
  ),
  knob(
    "maxPendingBytes",
    "bytes of data that wait for their ack at most",
    "bytes",
    1024,
    4096 * mebibyte,
    "log",
    256 * mebibyte,
  ),
  knob(
    "dedupWindowMs",
    "how long an idempotency key is remembered at least",
    "ms",
    0,
    86_400_000,
    "log1p",
    60_000,
  ),
  knob(
    "dedupMaxKeys",
    "idempotency keys that are remembered; beyond, the oldest are forgotten early",
    "keys",
    2,
    8_000_000,
    "log",
    1_000_000,
  ),
  knob(
    "segmentBytes",
    "log store: size at which a new segment file begins",
    "bytes",
    4096,
    2048 * mebibyte,
    "log",
    64 * mebibyte,
  ),
];

function knob(
  name: keyof Knobs,
  meaning: string,
  unit: string,
  min: number,
  max: number,
  scale: Knob["scale"],
  standard: number,
): Knob {
  return { name, meaning, unit, min, max, scale, default: standard };
}

/** All knobs, with those given in place of the defaults. Throws a DynoError `usage` naming what is out of range. */
export function resolveKnobs(given: Readonly<Partial<Knobs>> = {}): Knobs {
  const known = new Set<string>(knobs.map(({ name }) => name));
  const unknown = Object.keys(given).find((name) => !known.has(name));
  if (unknown !== undefined) {
    throw new DynoError("usage", `there is no knob ${unknown}; there are ${[...known].join(", ")}`);
  }
  const values = knobs.map(({ name, min, max, unit, default: standard }) => {
    const value = given[name] ?? standard;
    if (!Number.isInteger(value) || value < min || value > max) {
      throw new DynoError(
        "usage",
        `${name} must be a whole number of ${unit} from ${min} to ${max}, not ${value}`,
      );
    }
    return [name, value] as const;
  });
  return Object.fromEntries(values) as unknown as Knobs;
}

/** Which store holds the events. */
export type StoreConfig =
  /** In this process; gone with it. */
  | { readonly kind: "memory" }
  /** A segmented file in this folder, which is made where it is missing. */
  | { readonly kind: "log"; readonly dir: string }
  /** A Redis stream of this name. */
  | {
      readonly kind: "redis";
      readonly url: string;
      readonly stream: string;
      /** How long appends wait for a server that is away, in ms. Default 10,000. */
      readonly reconnectMs?: number;
    };

/** What takes events in place of a store that is away. */
export type FallbackConfig =
  /** A log in this folder, which is made where it is missing: acknowledged events survive this process. */
  | {
      readonly kind: "spool";
      readonly dir: string;
      /** What the folder may hold; beyond, a publish is refused with `overload`. Default 1 GiB. */
      readonly maxBytes?: number;
      /** How long the store may be away before the fallback takes over, in ms. Default 250. */
      readonly afterMs?: number;
    }
  /** This process's memory. Nothing is durable: events that wait here are lost with the process. */
  | {
      readonly kind: "memory";
      /** How many bytes of events may wait; beyond, a publish is refused with `overload`. Default 64 MiB. */
      readonly maxBytes?: number;
      readonly afterMs?: number;
    };

/** What every store is given beside its own settings. */
export interface StoreContext {
  readonly knobs: Knobs;
  readonly clock: Clock;
  /** With a fallback: how long the store may be away before it has to reject, in ms. */
  readonly handOverMs?: number;
}

/** What is dropped by itself, but for what a group has not acknowledged. */
export interface RetentionSettings {
  /** Entries older than this. */
  readonly maxAgeMs?: number;
  /** Entries behind about this many of the newest events. */
  readonly maxEvents?: number;
  /** How often to look. Default 5000. */
  readonly everyMs?: number;
}

/** What an engine is made of. */
export interface EngineConfig {
  /** Left out, there is no store: events reach the subscribers of this process, and `accepted` is the only level. */
  readonly store?: StoreConfig;
  /** What takes events while a `redis` store is away. Left out, publishes wait and are then rejected. */
  readonly fallback?: FallbackConfig;
  /** The level of a publish that names none. Default: `stored` with a store, else `accepted`. */
  readonly level?: AckLevel;
  readonly knobs?: Readonly<Partial<Knobs>>;
  readonly clock?: Clock;
  /** Default: nothing is dropped unless `trim` is called. */
  readonly retention?: RetentionSettings;
  /** Hears of what no caller waits for: a handler that threw, an accepted event that could not be stored. */
  readonly onError?: (error: unknown) => void;
  /** Logs, metrics and traces: see `createObservability`. */
  readonly observer?: Observer;
}
