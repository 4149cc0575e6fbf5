import { systemClock } from "../../base/clock.ts";
import { DynoError } from "../../base/errors.ts";
import { createRandom, deriveSeed } from "../../base/random.ts";
import type { Call } from "../../engine/resilience/call.ts";
import { countsAsFailure } from "../../engine/resilience/classify-error.ts";
import type { Network, NetworkChange } from "../../engine/resilience/network.ts";
import { createResilience } from "../../engine/resilience/resilience.ts";
import { courseOfNetwork } from "../../measure/network-course.ts";
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
      network: () => courseOfNetwork(network.snapshot().breakers, changes),
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
  const resilience = createResilience({ random: createRandom(deriveSeed(seed, "policies")), onChange });
  const input = policyInput(settings.policy);
  const services = Object.entries(settings.services);
  resilience.network.add(
    Object.fromEntries(services.map(([name, { dependsOn }]) => [name, { ...input.breaker, dependsOn }])),
  );
  const guarded = new Map<string, GuardedService>();
  // What a dependency's guard has counted is not held against whoever passes it on.
  const passedOn = new WeakSet<object>();
  const callOf = (name: string) => async (parent: Call) => {
    const { policy, service } = guarded.get(name) ?? missing(name);
    try {
      await policy.run((call) => service.handle(call), { parent });
    } catch (error) {
      if (typeof error === "object" && error !== null) passedOn.add(error);
      throw error;
    }
  };
  const isOwnFailure = (error: unknown): boolean =>
    countsAsFailure(error) && !(typeof error === "object" && error !== null && passedOn.has(error));
  const broken = settings.broken ?? settings.entry;
  for (const [name, { latency, capacity, dependsOn }] of services) {
    const meet = name === broken ? faults.meet : () => undefined;
    guarded.set(name, {
      name,
      service: createService({
        latencyMs: latency,
        capacity,
        meet,
        dependencies: dependsOn.map(callOf),
      }),
      policy: resilience.policy(name, input, { breaker: name, countsAsFailure: isOwnFailure }),
    });
  }
  return { network: resilience.network, guarded };
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
    const { rejected, retries, timeouts } = policy.snapshot().counts;
    counters[`${name}_calls`] = service.calls;
    counters[`${name}_rejected`] = rejected;
    counters[`${name}_retries`] = retries;
    counters[`${name}_timeouts`] = timeouts;
    counters[`${name}_is_open`] = state === "closed" ? 0 : 1;
  }
  return counters;
}
