import { systemClock } from "../../base/clock.ts";
import { DynoError } from "../../base/errors.ts";
import { createRandom, deriveSeed } from "../../base/random.ts";
import type { Call } from "../../engine/resilience/call.ts";
import { createNetwork, type Network, type NetworkChange } from "../../engine/resilience/network.ts";
import { createPolicy } from "../../engine/resilience/policy.ts";
import { createRetryBudget } from "../../engine/resilience/retry-budget.ts";
import { createTimers } from "../../engine/resilience/timers.ts";
import { createHandlerFaults, type HandlerFaults } from "../faults/handler-faults.ts";
import type { Target } from "../target.ts";
import { checkCalls } from "./calls-checks.ts";
import { createService, type GuardedService } from "./calls-service.ts";
import { type CallsSettings, policyInput } from "./calls-settings.ts";

/** Resilience on the dynamometer: one operation is one guarded call into a network of services. */
export const callsTarget: Target<CallsSettings> = {
  start: async (settings, { seed }) => {
    const startMicros = systemClock.nowMicros();
    const changes: NetworkChange[] = [];
    const faults = createHandlerFaults(deriveSeed(seed, "handlers"));
    const { network, guarded } = build(settings, faults, seed, (change) => changes.push(change));
    const entry = guarded.get(settings.entry);
    if (entry === undefined) throw new DynoError("internal", `there is no service ${settings.entry}`);
    return {
      fire: (_, signal) => entry.policy.run((call) => entry.service.handle(call), { signal }),
      counters: () => countersOf(network, guarded),
      inject: async (fault) => {
        if (fault.kind === "handler-errors" || fault.kind === "handler-slow") return faults.begin(fault);
        throw new DynoError("unsupported", `the target calls cannot do ${fault.kind}`);
      },
      stop: async () =>
        checkCalls({
          settings,
          network: network.snapshot(),
          changes,
          services: [...guarded.values()],
          seconds: (systemClock.nowMicros() - startMicros) / 1e6,
          wasBroken: faults.struck,
        }),
    };
  },
};

function build(
  settings: CallsSettings,
  faults: HandlerFaults,
  seed: number,
  onChange: (change: NetworkChange) => void,
): { network: Network; guarded: ReadonlyMap<string, GuardedService> } {
  const timers = createTimers({ clock: systemClock });
  const random = createRandom(deriveSeed(seed, "policies"));
  const parts = { clock: systemClock, random, timers };
  const input = policyInput(settings.policy);
  const network = createNetwork({ ...parts, onChange });
  const services = Object.entries(settings.services);
  network.add(
    Object.fromEntries(services.map(([name, { dependsOn }]) => [name, { ...input.breaker, dependsOn }])),
  );
  const guarded = new Map<string, GuardedService>();
  const callOf = (name: string) => (parent: Call) => {
    const { policy, service } = guarded.get(name) ?? missing(name);
    return policy.run((call) => service.handle(call), { parent });
  };
  const broken = settings.broken ?? settings.entry;
  for (const [name, { latency, capacity, dependsOn }] of services) {
    const budget = createRetryBudget(name, input.retryBudget);
    const meet = name === broken ? faults.meet : () => undefined;
    const dependencies = dependsOn.map(callOf);
    guarded.set(name, {
      name,
      budget,
      service: createService({ latencyMs: latency, capacity, meet, dependencies }),
      policy: createPolicy(name, input, { ...parts, gate: network.gate(name), budget }),
    });
  }
  return { network, guarded };
}

function missing(name: string): never {
  throw new DynoError("internal", `there is no service ${name}`);
}

function countersOf(
  network: Network,
  guarded: ReadonlyMap<string, GuardedService>,
): Readonly<Record<string, number>> {
  const counters: Record<string, number> = {};
  for (const { name, state } of network.snapshot().breakers) {
    const { service, policy } = guarded.get(name) ?? missing(name);
    const { rejected, retries, timeouts } = policy.counts();
    counters[`${name}_calls`] = service.calls;
    counters[`${name}_rejected`] = rejected;
    counters[`${name}_retries`] = retries;
    counters[`${name}_timeouts`] = timeouts;
    counters[`${name}_is_open`] = state === "closed" ? 0 : 1;
  }
  return counters;
}
