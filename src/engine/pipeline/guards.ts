import { DynoError } from "../../base/errors.ts";
import type { BreakerSettings } from "../resilience/breaker-settings.ts";
import { breakerSettingsOf } from "../resilience/breaker-shape.ts";
import type { Network } from "../resilience/network.ts";
import type { Resilience } from "../resilience/resilience.ts";
import type { Pipeline, Step } from "./pipeline.ts";
import type { BreakerInput, BulkheadInput } from "./pipeline-schema.ts";
import type { Guard } from "./run-host.ts";

/**
 * Makes the guards of all steps: timeout, breaker and bulkhead in one policy. Retries are not in it, since attempts
 * are recorded. Throws a DynoError: `scenario` where two steps give one breaker different
 * settings, `usage` where a setting cannot be.
 */
export function createGuards(
  pipelines: readonly Pipeline[],
  resilience: Resilience,
): (step: Step) => Guard | undefined {
  addBreakers(pipelines, resilience.network);
  const guards = new Map<Step, Guard>();
  const names = new Set<string>();
  for (const { name, hash, steps } of pipelines) {
    for (const step of steps) {
      if (step.timeoutMs === undefined && step.breaker === undefined && step.bulkhead === undefined) continue;
      // A former definition has the same steps.
      const plain = `${name}.${step.id}`;
      const policy = names.has(plain) ? `${plain}@${hash}` : plain;
      names.add(policy);
      guards.set(step, createGuard(policy, step, resilience));
    }
  }
  return (step) => guards.get(step);
}

function createGuard(name: string, { timeoutMs, breaker, bulkhead }: Step, resilience: Resilience): Guard {
  const settings = {
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(bulkhead === undefined ? {} : { bulkhead: bulkheadSettings(bulkhead) }),
  };
  const policy = resilience.policy(name, settings, breaker === undefined ? {} : { breaker: nameOf(breaker) });
  return (call, signal) => policy.run((attempt) => call(() => attempt.signal), { signal });
}

/** Attempts that wait are bounded by the runs at a time, so a step queues as many as there are unless it says less. */
const ampleQueue = 100_000;

function bulkheadSettings(input: BulkheadInput): { readonly maxRunning: number; readonly maxQueued: number } {
  return typeof input === "number"
    ? { maxRunning: input, maxQueued: ampleQueue }
    : { maxRunning: input.max, maxQueued: input.queue ?? ampleQueue };
}

function addBreakers(pipelines: readonly Pipeline[], network: Network): void {
  const known = new Set(network.snapshot().breakers.map(({ name }) => name));
  const wanted = new Map<string, Partial<BreakerSettings> | undefined>();
  for (const { name: pipeline, steps } of pipelines) {
    for (const { id, breaker } of steps) {
      if (breaker === undefined || known.has(nameOf(breaker))) continue;
      const name = nameOf(breaker);
      const settings = breakerSettings(breaker);
      const other = wanted.get(name);
      if (
        other !== undefined &&
        settings !== undefined &&
        JSON.stringify(other) !== JSON.stringify(settings)
      ) {
        throw new DynoError(
          "scenario",
          `pipeline ${pipeline}, step ${id}: the breaker ${name} has other settings elsewhere; give them once, and its name alone in the other steps`,
        );
      }
      wanted.set(name, other ?? settings);
    }
  }
  network.add(Object.fromEntries([...wanted].map(([name, settings]) => [name, settings ?? {}])));
}

function nameOf(breaker: BreakerInput): string {
  return typeof breaker === "string" ? breaker : breaker.name;
}

/** Settings by the names of the code, whose units are in them. */
function breakerSettings(breaker: BreakerInput): Partial<BreakerSettings> | undefined {
  if (typeof breaker === "string") return undefined;
  const { name: _, ...settings } = breaker;
  return breakerSettingsOf(settings);
}
