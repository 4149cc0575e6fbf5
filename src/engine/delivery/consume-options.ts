import { DynoError } from "../../base/errors.ts";
import type { StoredEvent } from "../store.ts";

/** What a handler is told about this try. */
export interface Delivery {
  /** From 1; it goes on after a restart. */
  readonly attempt: number;
  /** Aborted when the consumer stops, or the stream has another owner; a rejection after that is no failure. */
  readonly signal: AbortSignal;
}

/** Works on one event of a group. It is done when this returns or resolves, and has failed when it throws or rejects. */
export type ConsumeHandler<Data = unknown> = (
  event: StoredEvent<Data>,
  delivery: Delivery,
) => void | Promise<void>;

/** How a group consumes. */
export interface ConsumeOptions {
  /** Which topics; the other events are passed over. Default `>`: all but the engine's own. */
  readonly pattern?: string;
  /** Handler calls under way at once; never more than the events of 1024 store entries. Default 64. */
  readonly maxInFlight?: number;
  /**
   * Events with the same key are handled one after the other, in order; one that fails holds up those behind it until
   * it is done or a dead letter. Default false.
   */
  readonly perKeyOrder?: boolean;
  /** Tries before an event becomes a dead letter. Default 5. */
  readonly maxAttempts?: number;
  /**
   * The longest wait before the second try; it doubles with each, to a minute at most. The wait is a random part of
   * that (full jitter). Default 100.
   */
  readonly retryDelayMs?: number;
  /** Where a group begins that the store does not know yet. Default `oldest`. */
  readonly from?: "oldest" | "newest";
  /** Redis: how long an entry may lie with a consumer that gives no sign of life. Default 5000. */
  readonly claimAfterMs?: number;
}

/** The options with their defaults. */
export type ConsumeSettings = Required<ConsumeOptions>;

const standard: ConsumeSettings = {
  pattern: ">",
  maxInFlight: 64,
  perKeyOrder: false,
  maxAttempts: 5,
  retryDelayMs: 100,
  from: "oldest",
  claimAfterMs: 5000,
};

const leasts = { maxInFlight: 1, maxAttempts: 1, retryDelayMs: 0, claimAfterMs: 100 } as const;

/** Fills in the defaults. Throws a DynoError `usage` naming the group, the option and its value. */
export function consumeSettings(group: string, options: ConsumeOptions): ConsumeSettings {
  checkGroupName(group);
  const settings = { ...standard, ...options };
  for (const name of ["maxInFlight", "maxAttempts", "retryDelayMs", "claimAfterMs"] as const) {
    const value = settings[name];
    if (Number.isInteger(value) && value >= leasts[name]) continue;
    const text = `group ${group}: ${name} must be a whole number from ${leasts[name]} on, not ${value}`;
    throw new DynoError("usage", text);
  }
  return settings;
}

const longestGroupName = 100;

/** Throws a DynoError `usage` where a name is empty, too long, or has blanks or control characters. */
export function checkGroupName(group: string): void {
  if (group.length > 0 && group.length <= longestGroupName && !/[\s\p{Cc}]/u.test(group)) return;
  throw new DynoError(
    "usage",
    `"${group}" is no name for a group: give 1 to ${longestGroupName} characters without blanks`,
  );
}
