import type { Clock } from "../../base/clock.ts";
import type { Random } from "../../base/random.ts";
import type { Bulkhead } from "./bulkhead.ts";
import type { Gate } from "./gate.ts";
import type { PolicySettings } from "./policy-settings.ts";
import type { RetryBudget } from "./retry-budget.ts";
import type { Timers } from "./timers.ts";

/** What a policy has counted since it was made. */
export interface PolicyCounts {
  readonly calls: number;
  readonly succeeded: number;
  /** Ended with an error of the callee, a timeout included. */
  readonly failed: number;
  /** Ended without an attempt, or before the next one: the breaker, the bulkhead. */
  readonly rejected: number;
  /** The caller gave up. */
  readonly aborted: number;
  /** Attempts that ran out of time. */
  readonly timeouts: number;
  /** Attempts after the first. */
  readonly retries: number;
  /** Errors that a fallback answered. */
  readonly fallbacks: number;
}

/** What all calls under a policy share. */
export interface PolicyCore {
  readonly name: string;
  readonly settings: PolicySettings;
  readonly clock: Clock;
  readonly random: Random;
  readonly timers: Timers;
  readonly gate: Gate | undefined;
  readonly bulkhead: Bulkhead | undefined;
  readonly budget: RetryBudget | undefined;
  readonly countsAsFailure: (error: unknown) => boolean;
  readonly isRetryable: (error: unknown) => boolean;
  /** Mean time of the last attempts that succeeded; 0 before the first. */
  usualMicros: number;
  readonly counts: { -readonly [Name in keyof PolicyCounts]: PolicyCounts[Name] };
}

/** Counts of a policy that was not called yet. */
export function noCounts(): PolicyCore["counts"] {
  return {
    calls: 0,
    succeeded: 0,
    failed: 0,
    rejected: 0,
    aborted: 0,
    timeouts: 0,
    retries: 0,
    fallbacks: 0,
  };
}
