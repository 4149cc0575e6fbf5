import {
  bulkhead,
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleAll,
  retry,
  TimeoutStrategy,
  timeout,
  wrap,
} from "cockatiel";
import CircuitBreaker from "opossum";
import { systemClock } from "../src/base/clock.ts";
import { createRandom } from "../src/base/random.ts";
import type { Call } from "../src/engine/resilience/call.ts";
import { createPolicy } from "../src/engine/resilience/policy.ts";
import { createTimers } from "../src/engine/resilience/timers.ts";

/** One guarded call, made again and again. */
export interface GuardedCall {
  readonly name: string;
  readonly call: () => Promise<unknown>;
  /** Stops what goes on by itself. */
  readonly close?: () => void;
}

const timeoutMs = 1000;
const maxRunning = 1000;
const neverOpens = 1e9;
const opensForMs = 1e9;

let n = 0;
const answer = async (): Promise<number> => n++;
const answerWithSignal = async ({ signal }: { readonly signal: AbortSignal }): Promise<number> =>
  signal.aborted ? -1 : n++;
const fail = async (): Promise<number> => {
  throw new Error("down");
};

/** Calls that succeed: ours first, then the peers, each with what it has of retry, breaker, timeout, bulkhead and budget. */
export function succeedingCalls(): GuardedCall[] {
  const policy = ourPolicy(neverOpens);
  const stack = cockatielStack(neverOpens);
  const fuse = opossumFuse(answer);
  const untimed = opossumFuse(answer, false);
  return [
    { name: "dyno", call: () => policy.run(answer) },
    { name: "cockatiel", call: () => stack.execute(answer) },
    { name: "opossum", call: () => fuse.fire(), close: () => fuse.shutdown() },
    { name: "opossum, no timeout", call: () => untimed.fire(), close: () => untimed.shutdown() },
    { name: "bare function", call: () => answer() },
  ];
}

/** Calls whose function looks at its abort signal. Opossum gives none. */
export function callsWithSignal(): GuardedCall[] {
  const policy = ourPolicy(neverOpens);
  const stack = cockatielStack(neverOpens);
  return [
    { name: "dyno", call: () => policy.run((call: Call) => answerWithSignal(call)) },
    { name: "cockatiel", call: () => stack.execute(answerWithSignal) },
  ];
}

/** Calls that an open breaker refuses. */
export async function refusedCalls(): Promise<GuardedCall[]> {
  const policy = ourPolicy(1);
  const stack = cockatielStack(1);
  const fuse = opossumFuse(fail);
  const calls = [
    { name: "dyno", call: () => policy.run(fail) },
    { name: "cockatiel", call: () => stack.execute(fail) },
    { name: "opossum", call: () => fuse.fire(), close: () => fuse.shutdown() },
  ];
  for (const { call } of calls) await call().catch(() => undefined);
  return calls.map(({ call, ...rest }) => ({ ...rest, call: () => call().catch(() => undefined) }));
}

function ourPolicy(consecutiveFailures: number): ReturnType<typeof createPolicy> {
  const timers = createTimers({ clock: systemClock });
  const settings = {
    timeoutMs,
    deadlineMs: 5 * timeoutMs,
    retry: { maxAttempts: 3 },
    breaker: { consecutiveFailures, openMs: opensForMs, maxOpenMs: opensForMs },
    bulkhead: { maxRunning },
  };
  return createPolicy("peer", settings, { clock: systemClock, random: createRandom(1), timers });
}

function cockatielStack(failures: number): ReturnType<typeof wrap> {
  return wrap(
    retry(handleAll, { maxAttempts: failures === 1 ? 0 : 2, backoff: new ExponentialBackoff() }),
    circuitBreaker(handleAll, { halfOpenAfter: opensForMs, breaker: new ConsecutiveBreaker(failures) }),
    timeout(timeoutMs, TimeoutStrategy.Aggressive),
    bulkhead(maxRunning, 64),
  );
}

function opossumFuse(
  callee: () => Promise<number>,
  timeout: number | false = timeoutMs,
): CircuitBreaker<[], number> {
  return new CircuitBreaker(callee, {
    timeout,
    capacity: maxRunning,
    resetTimeout: 1e9,
    volumeThreshold: 0,
    errorThresholdPercentage: 50,
  });
}
