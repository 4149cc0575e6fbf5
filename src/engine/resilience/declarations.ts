import { breakerSettingsOf, onlyGiven } from "./breaker-shape.ts";
import type { BreakerDeclaration, NetworkSettings } from "./network.ts";
import type { PolicyInput } from "./policy-settings.ts";
import type { ResilienceFile } from "./resilience-schema.ts";

/** The breakers and policies of a file, by their names. */
export interface ResilienceDeclarations {
  readonly network: Partial<NetworkSettings>;
  readonly breakers: Readonly<Record<string, BreakerDeclaration>>;
  readonly policies: Readonly<Record<string, PolicyDeclaration>>;
}

/** A policy, and the breaker of the network that it uses. */
export interface PolicyDeclaration {
  readonly input: PolicyInput;
  readonly breaker?: string;
}

/** A checked file by the names of the code, whose units are in them. */
export function declarationsOf({ network, breakers, policies }: ResilienceFile): ResilienceDeclarations {
  const { rampStep, ...shares } = network;
  return {
    network: onlyGiven({ ...shares, rampStepMs: rampStep }),
    breakers: byName(breakers, ({ dependsOn, ...given }) => ({ ...breakerSettingsOf(given), dependsOn })),
    policies: byName(policies, policyOf),
  };
}

function byName<Given, Made>(
  given: Readonly<Record<string, Given>>,
  make: (each: Given) => Made,
): Record<string, Made> {
  return Object.fromEntries(Object.entries(given).map(([name, each]) => [name, make(each)]));
}

function policyOf(given: ResilienceFile["policies"][string]): PolicyDeclaration {
  const { breaker, deadline, timeout, retry, retryBudget, bulkhead, fallback } = given;
  const input: PolicyInput = onlyGiven({
    deadlineMs: deadline,
    timeoutMs: timeout,
    retry: retry && {
      ...onlyGiven({ maxAttempts: retry.attempts, baseMs: retry.delay }),
      ...onlyGiven({ maxDelayMs: retry.maxDelay, maxRetryAfterMs: retry.maxRetryAfter }),
    },
    retryBudget:
      retryBudget &&
      onlyGiven({
        perSuccess: retryBudget.perSuccess,
        perSec: retryBudget.perSecond,
        burst: retryBudget.burst,
      }),
    bulkhead:
      bulkhead &&
      onlyGiven({ maxRunning: bulkhead.running, maxQueued: bulkhead.queued, maxWaitMs: bulkhead.maxWait }),
    fallback: fallback && { value: fallback.value },
  });
  return breaker === undefined ? { input } : { input, breaker };
}
