import { type Clock, systemClock } from "../../base/clock.ts";
import { DynoError } from "../../base/errors.ts";
import { createRandom, type Random } from "../../base/random.ts";
import { createNetwork, type Network, type NetworkChange, type NetworkSettings } from "./network.ts";
import type { NetworkSnapshot } from "./network-snapshot.ts";
import { createPolicy, type Policy, type PolicyParts, type PolicySnapshot } from "./policy.ts";
import type { PolicyInput } from "./policy-settings.ts";
import { createTimers, type Timers } from "./timers.ts";

/** A network of breakers and the policies that use them, on one clock and one timer. */
export interface Resilience {
  readonly network: Network;
  /**
   * Creates a policy for the dependency `name`. Where `use.breaker` names a breaker of the network it is the policy's.
   * Throws a DynoError `usage` for a name that is taken, a setting that cannot be, or a breaker that is not there.
   */
  policy(name: string, input: PolicyInput, use?: PolicyUse): Policy;
  snapshot(): ResilienceSnapshot;
}

/** What a policy takes from elsewhere instead of making it itself. */
export interface PolicyUse extends Omit<PolicyParts, "clock" | "random" | "timers" | "gate"> {
  /** Of the network. */
  readonly breaker?: string;
}

/** Everything as it is now; plain JSON. */
export interface ResilienceSnapshot {
  readonly network: NetworkSnapshot;
  readonly policies: readonly PolicySnapshot[];
}

/** What it can be given; a process needs none of it. */
export interface ResilienceOptions {
  readonly clock?: Clock;
  /** For jitter. Default: seeded by the time, so that processes differ. */
  readonly random?: Random;
  readonly timers?: Timers;
  readonly settings?: Readonly<Partial<NetworkSettings>>;
  /** Hears of each breaker of the network that changes. Must not throw. */
  readonly onChange?: (change: NetworkChange) => void;
}

/** Creates an empty network without policies. Throws a DynoError `usage` for settings that cannot be. */
export function createResilience({
  clock = systemClock,
  random = createRandom(Math.trunc(clock.epochMs() + clock.nowMicros())),
  timers = createTimers({ clock }),
  ...rest
}: ResilienceOptions = {}): Resilience {
  const parts = { clock, random, timers };
  const network = createNetwork({ ...parts, ...rest });
  const policies = new Map<string, Policy>();
  return {
    network,
    policy(name, input, { breaker, ...shared } = {}) {
      if (policies.has(name))
        throw new DynoError("usage", `policy ${name}: there is one of this name already`);
      const gate = breaker === undefined ? {} : { gate: network.gate(breaker) };
      const policy = createPolicy(name, input, { ...parts, ...shared, ...gate });
      policies.set(name, policy);
      return policy;
    },
    snapshot: () => ({
      network: network.snapshot(),
      policies: [...policies.values()].map((policy) => policy.snapshot()),
    }),
  };
}
