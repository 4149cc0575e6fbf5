import type { Random } from "../../base/random.ts";
import { type NumberRules, resolveNumbers } from "./resolve-numbers.ts";

/** How often a call is tried, and how long it waits in between. */
export interface RetrySettings {
  /** Attempts in all; 1: no retry. Default 3. */
  readonly maxAttempts: number;
  /** The longest wait before the second attempt; it doubles with each further one. Default 50 ms. */
  readonly baseMs: number;
  /** The longest wait before any. Default 5 s. */
  readonly maxDelayMs: number;
  /** An error that asks for a longer wait than this (`retryAfterMs`) is not retried. Default 30 s. */
  readonly maxRetryAfterMs: number;
}

const rules: NumberRules<RetrySettings> = {
  maxAttempts: { default: 3, min: 1, whole: true },
  baseMs: { default: 50, min: 0 },
  maxDelayMs: { default: 5000, min: 0 },
  maxRetryAfterMs: { default: 30_000, min: 0 },
};

/** Fills in the defaults. Throws a DynoError `usage` that names a setting that cannot be. */
export function resolveRetrySettings(name: string, given: unknown = {}): RetrySettings {
  return resolveNumbers<RetrySettings>(`retry of ${name}`, rules, given);
}

/**
 * How long to wait after attempt number `attempt` (from 1) failed with `error`, in ms; undefined: do not try again.
 * Exponential backoff with full jitter (M. Brooker, Exponential Backoff And Jitter, 2015): uniform from 0 to
 * min(maxDelayMs, baseMs x 2^(attempt - 1)). Never sooner than the error's own `retryAfterMs`.
 */
export function retryDelayMs(
  settings: RetrySettings,
  attempt: number,
  error: unknown,
  random: Random,
): number | undefined {
  const { baseMs, maxDelayMs, maxRetryAfterMs } = settings;
  const askedMs = retryAfterMsOf(error);
  if (askedMs > maxRetryAfterMs) return undefined;
  return Math.max(askedMs, random.next() * Math.min(maxDelayMs, baseMs * 2 ** (attempt - 1)));
}

/** The wait that an error asks for, such as an HTTP client takes from Retry-After; 0 where it asks for none. */
function retryAfterMsOf(error: unknown): number {
  if (typeof error !== "object" || error === null || !("retryAfterMs" in error)) return 0;
  const { retryAfterMs } = error;
  return typeof retryAfterMs === "number" && retryAfterMs > 0 ? retryAfterMs : 0;
}
