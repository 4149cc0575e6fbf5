import type { Clock } from "../../base/clock.ts";
import type { Random } from "../../base/random.ts";
import { type BreakerChange, createBreaker } from "./breaker.ts";
import { type Bulkhead, createBulkhead } from "./bulkhead.ts";
import type { Callee, CallOptions } from "./call.ts";
import { countsAsFailure, isRetryable } from "./classify-error.ts";
import type { Gate } from "./gate.ts";
import type { PolicyCore, PolicyCounts } from "./policy-core.ts";
import { startRun } from "./policy-run.ts";
import { type PolicyInput, resolvePolicySettings } from "./policy-settings.ts";
import { createRetryBudget, type RetryBudget } from "./retry-budget.ts";
import type { Timers } from "./timers.ts";

/**
 * Everything that guards the calls to one dependency, from the outside in: fallback, deadline, retry under its budget,
 * breaker, bulkhead, timeout.
 */
export interface Policy {
  readonly name: string;
  /**
   * Calls `callee`, and answers what it answers. Rejects with the callee's last error, or with a DynoError: `rejected`
   * where it was not called, `timeout` where it did not answer in time, `aborted` where the caller gave up.
   */
  run<Result>(callee: Callee<Result>, options?: CallOptions<Result>): Promise<Result>;
  counts(): PolicyCounts;
}

/** What a policy is made of. Parts that several policies of one dependency share are given; others it makes itself. */
export interface PolicyParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly timers: Timers;
  /** In place of a breaker of its own: one that is shared, or one of a network. */
  readonly gate?: Gate;
  /** In place of a bulkhead of its own. */
  readonly bulkhead?: Bulkhead;
  /** In place of a retry budget of its own: it belongs to the dependency, not to its caller. */
  readonly budget?: RetryBudget;
  /** Of its own breaker. Must not throw. */
  readonly onChange?: (change: BreakerChange) => void;
  /** Which errors count against the dependency. Default: all but DynoErrors that are the caller's doing. */
  readonly countsAsFailure?: (error: unknown) => boolean;
  /** After which errors it is tried again. Default: all but DynoErrors that cannot pass, and `retryable: false`. */
  readonly isRetryable?: (error: unknown) => boolean;
}

const noOptions: CallOptions<never> = {};

/** The ends of the promise that was made last: kept here for a moment, which spares each call a closure. */
const ends = { resolve: (_: unknown): void => undefined, reject: (_: unknown): void => undefined };

function keepEnds(resolve: (value: never) => void, reject: (error: unknown) => void): void {
  ends.resolve = resolve as (value: unknown) => void;
  ends.reject = reject;
}

/** Creates a policy for the dependency `name`. Throws a DynoError `usage` that names a setting that cannot be. */
export function createPolicy(name: string, input: PolicyInput, parts: PolicyParts): Policy {
  const core = createCore(name, input, parts);
  return {
    name,
    run: <Result>(callee: Callee<Result>, options: CallOptions<Result> = noOptions) => {
      const promise = new Promise<Result>(keepEnds);
      startRun(core, callee, options as CallOptions, ends.resolve, ends.reject);
      return promise;
    },
    counts: () => ({ ...core.counts }),
  };
}

function createCore(name: string, input: PolicyInput, parts: PolicyParts): PolicyCore {
  const settings = resolvePolicySettings(name, input);
  const { clock, random, timers, onChange } = parts;
  const { breaker, bulkhead, retryBudget } = settings;
  const ownBreaker = {
    name,
    random,
    timers,
    ...(breaker && { settings: breaker }),
    ...(onChange && { onChange }),
  };
  return {
    name,
    settings,
    clock,
    random,
    timers,
    gate: parts.gate ?? (breaker && createBreaker(ownBreaker)),
    bulkhead: parts.bulkhead ?? (bulkhead && createBulkhead(name, bulkhead)),
    budget: parts.budget ?? (retryBudget && createRetryBudget(name, retryBudget)),
    countsAsFailure: parts.countsAsFailure ?? countsAsFailure,
    isRetryable: parts.isRetryable ?? isRetryable,
    counts: {
      calls: 0,
      succeeded: 0,
      failed: 0,
      rejected: 0,
      aborted: 0,
      timeouts: 0,
      retries: 0,
      fallbacks: 0,
    },
  };
}
