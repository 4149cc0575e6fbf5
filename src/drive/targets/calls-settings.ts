import { z } from "zod";
import { DynoError } from "../../base/errors.ts";
import { count, durationMs, ratio } from "../../base/unit-schema.ts";
import { breakerSettingsOf } from "../../engine/resilience/breaker-shape.ts";
import { dependencyOrder } from "../../engine/resilience/dependency-order.ts";
import type { PolicyInput } from "../../engine/resilience/policy-settings.ts";
import { resolvePolicySettings } from "../../engine/resilience/policy-settings.ts";

const name = z.string().regex(/^[A-Za-z][\w-]*$/, "begin with a letter, then letters, digits, - and _ only");

const service = z.strictObject({
  latency: durationMs(0).default(1).describe("How long one call takes once it is worked on."),
  capacity: count({ min: 1, max: 1_000_000 })
    .default(64)
    .describe("Calls that are worked on at a time; more wait in line, as in a real service."),
  dependsOn: z.array(name).default([]).describe("Services that each of its calls calls first."),
});

const policy = z
  .strictObject({
    deadline: durationMs().optional().describe("For all attempts together."),
    timeout: durationMs().optional().describe("For one attempt."),
    retry: z
      .strictObject({
        attempts: z.int().min(1).max(100).default(3).describe("All attempts, the first included."),
        delay: durationMs(0).default(50).describe("The longest wait before the second attempt; it doubles."),
      })
      .optional(),
    retryBudget: z
      .strictObject({
        perSuccess: ratio().default(0.1).describe("Retries that each success pays for."),
        perSecond: z.number().min(0).default(1).describe("Retries a second that are free."),
        burst: z.number().min(1).default(10).describe("Retries that can be saved up."),
      })
      .optional(),
    breaker: z
      .strictObject({
        consecutiveFailures: z.int().min(0).optional(),
        failureRate: ratio().optional(),
        slowCall: durationMs().optional(),
        window: durationMs().optional(),
        minCalls: z.int().min(1).optional(),
        open: durationMs().optional(),
        maxOpen: durationMs().optional(),
        probes: z.int().min(1).optional(),
      })
      .default({}),
    bulkhead: z
      .strictObject({
        running: z.int().min(1).default(16).describe("Calls under way at a time."),
        queued: z.int().min(0).default(64).describe("Calls that wait at most."),
      })
      .optional(),
  })
  .describe("What guards each call of each service.");

/** The settings of the calls target: services that call each other in this process, each call guarded by a policy. */
export const callsSettings = z
  .strictObject({
    kind: z.literal("calls"),
    services: z.record(name, service).describe("Stand-ins for the services that an application calls."),
    entry: name.describe("The service that each operation calls."),
    broken: name.optional().describe("The one that handler faults strike. Default: the entry."),
    policy: policy.default({ breaker: {} }),
  })
  .superRefine(({ services, entry, broken, policy: given }, context) => {
    const refuse = (path: readonly PropertyKey[], message: string): void => {
      context.addIssue({ code: "custom", path: [...path], message });
    };
    const known = Object.keys(services);
    const check = (path: readonly PropertyKey[], wanted: string): void => {
      if (!known.includes(wanted))
        refuse(path, `there is no service ${wanted}; there are ${known.join(", ")}`);
    };
    check(["entry"], entry);
    if (broken !== undefined) check(["broken"], broken);
    for (const [each, { dependsOn }] of Object.entries(services)) {
      for (const [i, dependency] of dependsOn.entries())
        check(["services", each, "dependsOn", i], dependency);
    }
    const graph = new Map(Object.entries(services).map(([each, { dependsOn }]) => [each, dependsOn]));
    for (const [path, attempt] of [
      [["services"], () => dependencyOrder(graph)],
      [["policy"], () => resolvePolicySettings(entry, policyInput(given))],
    ] as const) {
      try {
        attempt();
      } catch (error) {
        if (!(error instanceof DynoError)) throw error;
        // An unknown service is told at its own place.
        if (!error.message.includes("is no breaker")) refuse(path, error.message);
      }
    }
  });

/** The settings after checking; durations in milliseconds. */
export type CallsSettings = z.output<typeof callsSettings>;

/** A scenario's policy as the engine takes it. */
export function policyInput({
  deadline,
  timeout,
  retry,
  retryBudget,
  breaker,
  bulkhead,
}: CallsSettings["policy"]): PolicyInput {
  return {
    ...(deadline === undefined ? {} : { deadlineMs: deadline }),
    ...(timeout === undefined ? {} : { timeoutMs: timeout }),
    ...(retry ? { retry: { maxAttempts: retry.attempts, baseMs: retry.delay } } : {}),
    ...(retryBudget
      ? {
          retryBudget: {
            perSuccess: retryBudget.perSuccess,
            perSec: retryBudget.perSecond,
            burst: retryBudget.burst,
          },
        }
      : {}),
    breaker: breakerSettingsOf(breaker),
    ...(bulkhead ? { bulkhead: { maxRunning: bulkhead.running, maxQueued: bulkhead.queued } } : {}),
  };
}
