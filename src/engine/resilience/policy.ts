import type { Clock } from "../../base/clock.ts";
import type { Random } from "../../base/random.ts";
import {
  type Breaker,
  type BreakerChange,
  type BreakerCounts,
  type BreakerState,
  createBreaker,
} from "./breaker.ts";
import { type Bulkhead, type BulkheadCounts, createBulkhead } from "./bulkhead.ts";
import type { Callee, CallOptions } from "./call.ts";
import { countsAsFailure, isRetryable } from "./classify-error.ts";
import type { Gate } from "./gate.ts";
import { noCounts, type PolicyCore, type PolicyCounts } from "./policy-core.ts";
import { startRun } from "./policy-run.ts";
import { type PolicyInput, type PolicySettings, resolvePolicySettings } from "./policy-settings.ts";
import { createRetryBudget, type RetryBudget, type RetryBudgetCounts } from "./retry-budget.ts";
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
  snapshot(): PolicySnapshot;
}

/** A policy as it is now; plain JSON. A breaker of a network is in the network's snapshot instead. */
export interface PolicySnapshot {
  readonly name: string;
  readonly counts: PolicyCounts;
  readonly breaker?: {
    readonly state: BreakerState;
    readonly reason: string;
    readonly counts: BreakerCounts;
  };
  readonly bulkhead?: BulkheadCounts;
  readonly retryBudget?: RetryBudgetCounts;
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
  /** Which errors count against the dependency. Default: all but DynoErrors that are the caller's doing. If it throws: counts. */
  readonly countsAsFailure?: (error: unknown) => boolean;
  /** After which errors it is tried again. Default: all but DynoErrors that cannot pass, and `retryable: false`. If it throws: none. */
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
  const settings = resolvePolicySettings(name, input);
  const breaker = parts.gate === undefined ? ownBreaker(name, settings, parts) : undefined;
  const core = createCore(name, settings, parts, parts.gate ?? breaker);
  return {
    name,
    run: <Result>(callee: Callee<Result>, options: CallOptions<Result> = noOptions) => {
      const promise = new Promise<Result>(keepEnds);
      startRun(core, callee, options as CallOptions, ends.resolve, ends.reject);
      return promise;
    },
    snapshot: () => describe(core, breaker),
  };
}

function ownBreaker(
  name: string,
  { breaker }: PolicySettings,
  { random, timers, onChange }: PolicyParts,
): Breaker | undefined {
  if (breaker === undefined) return undefined;
  return createBreaker({ name, random, timers, settings: breaker, ...(onChange && { onChange }) });
}

function createCore(
  name: string,
  settings: PolicySettings,
  parts: PolicyParts,
  gate: Gate | undefined,
): PolicyCore {
  const { bulkhead, retryBudget } = settings;
  return {
    name,
    settings,
    clock: parts.clock,
    random: parts.random,
    timers: parts.timers,
    gate,
    bulkhead: parts.bulkhead ?? (bulkhead && createBulkhead(name, bulkhead)),
    budget: parts.budget ?? (retryBudget && createRetryBudget(name, retryBudget)),
    countsAsFailure: parts.countsAsFailure ?? countsAsFailure,
    isRetryable: parts.isRetryable ?? isRetryable,
    usualMicros: 0,
    counts: noCounts(),
  };
}

function describe({ name, counts, clock, bulkhead, budget }: PolicyCore, breaker?: Breaker): PolicySnapshot {
  const nowMicros = clock.nowMicros();
  return {
    name,
    counts: { ...counts },
    ...(breaker && {
      breaker: { state: breaker.state, reason: breaker.reason, counts: breaker.counts(nowMicros) },
    }),
    ...(bulkhead && { bulkhead: bulkhead.counts() }),
    ...(budget && { retryBudget: budget.counts(nowMicros) }),
  };
}
