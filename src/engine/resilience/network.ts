import type { Clock } from "../../base/clock.ts";
import { DynoError } from "../../base/errors.ts";
import type { Random } from "../../base/random.ts";
import { createBreaker } from "./breaker.ts";
import { type BreakerSettings, resolveBreakerSettings } from "./breaker-settings.ts";
import { dependencyOrder } from "./dependency-order.ts";
import type { Gate } from "./gate.ts";
import { NetworkNode, type NetworkState } from "./network-node.ts";
import { describeNode, type NetworkSnapshot } from "./network-snapshot.ts";
import { type Probe, tryHalfOpen } from "./probe.ts";
import { type NumberRules, recordOf, resolveNumbers } from "./resolve-numbers.ts";
import type { Timers } from "./timers.ts";

/** How a network cascades and recovers. */
export interface NetworkSettings {
  /** A cascade stops before more than this share of all breakers is failing, 0 to 1; 1: it never stops. Default 0.8. */
  readonly panicShare: number;
  /** In a network of fewer breakers a share says nothing, and a cascade does not stop. Default 5. */
  readonly panicFrom: number;
  /** How long each of the three steps of a ramp takes (10, 25 and 50 % of the calls). Default 100 ms. */
  readonly rampStepMs: number;
}

/** A breaker of the network: its settings, and what it depends on. */
export interface BreakerDeclaration extends Partial<BreakerSettings> {
  readonly dependsOn?: readonly string[];
}

/** A breaker of the network went from one state to another. */
export interface NetworkChange {
  readonly breaker: string;
  readonly from: NetworkState;
  readonly to: NetworkState;
  /** Why, in a few words. */
  readonly reason: string;
  /** From the breaker to the root cause; empty where it is not degraded. */
  readonly causeChain: readonly string[];
  readonly atMs: number;
}

/** Breakers that depend on each other. When one opens, those above it fail fast and name it; when it closes, they follow. */
export interface Network {
  /** Adds breakers that may depend on each other and on those already there. Throws a DynoError `usage`, and adds none then. */
  add(declarations: Readonly<Record<string, BreakerDeclaration>>): void;
  /** For a policy. Throws a DynoError `usage` where there is no such breaker. */
  gate(name: string): Gate;
  /** Tries that breaker's dependency whenever it is half-open, instead of waiting for a call. Throws as `gate` does. */
  setProbe(name: string, probe: Probe): void;
  snapshot(): NetworkSnapshot;
}

/** What a network needs. */
export interface NetworkOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly timers: Timers;
  readonly settings?: Readonly<Partial<NetworkSettings>>;
  /** Must not throw. */
  readonly onChange?: (change: NetworkChange) => void;
}

const rules: NumberRules<NetworkSettings> = {
  panicShare: { default: 0.8, min: 0, max: 1 },
  panicFrom: { default: 5, min: 1, whole: true },
  rampStepMs: { default: 100, min: 1 },
};

/** Creates a network without a breaker. Throws a DynoError `usage` for settings that cannot be. */
export function createNetwork(options: NetworkOptions): Network {
  return new BreakerNetwork(
    options,
    resolveNumbers<NetworkSettings>("breaker network", rules, options.settings),
  );
}

class BreakerNetwork implements Network {
  readonly #options: NetworkOptions;
  readonly #settings: NetworkSettings;
  /** Each after those that it depends on. */
  #nodes: ReadonlyMap<string, NetworkNode> = new Map();
  /** The state that was told last. */
  readonly #told = new Map<NetworkNode, NetworkState>();
  readonly #probes = new Map<NetworkNode, Probe>();
  #isCascading = false;

  constructor(options: NetworkOptions, settings: NetworkSettings) {
    this.#options = options;
    this.#settings = settings;
  }

  add(declarations: Readonly<Record<string, BreakerDeclaration>>): void {
    const added = Object.entries(declarations).map(([name, given]) => this.#check(name, given));
    const graph = new Map(
      [...this.#nodes].map(([name, node]) => [name, node.dependsOn.map((each) => each.name)]),
    );
    for (const { name, dependsOn } of added) graph.set(name, [...dependsOn]);
    const nodes = new Map(this.#nodes);
    for (const name of dependencyOrder(graph)) {
      const declaration = added.find((each) => each.name === name);
      if (declaration !== undefined) nodes.set(name, this.#createNode(declaration, nodes));
    }
    this.#nodes = nodes;
    this.#cascade(this.#options.clock.nowMicros());
  }

  gate(name: string): Gate {
    return this.#nodeOf(name);
  }

  setProbe(name: string, probe: Probe): void {
    const node = this.#nodeOf(name);
    this.#probes.set(node, probe);
    tryHalfOpen(node.breaker, probe, this.#options.clock);
  }

  #nodeOf(name: string): NetworkNode {
    const node = this.#nodes.get(name);
    if (node !== undefined) return node;
    throw new DynoError(
      "usage",
      `there is no breaker ${name}; there are ${[...this.#nodes.keys()].join(", ")}`,
    );
  }

  snapshot(): NetworkSnapshot {
    const { clock } = this.#options;
    const breakers = [...this.#nodes.values()].map((node) => describeNode(node, clock));
    return { atMs: clock.epochMs(), isPanicking: breakers.some(({ isSpared }) => isSpared), breakers };
  }

  #check(name: string, given: BreakerDeclaration): Declared {
    if (this.#nodes.has(name))
      throw new DynoError("usage", `breaker ${name}: there is one of this name already`);
    const { dependsOn = [], ...settings } = recordOf(`breaker ${name}`, given);
    if (!Array.isArray(dependsOn) || !dependsOn.every((each) => typeof each === "string")) {
      throw new DynoError(
        "usage",
        `breaker ${name}: dependsOn must be a list of names, not ${JSON.stringify(dependsOn)}`,
      );
    }
    return { name, dependsOn, settings: resolveBreakerSettings(name, settings) };
  }

  #createNode({ name, dependsOn, settings }: Declared, nodes: ReadonlyMap<string, NetworkNode>): NetworkNode {
    const { random, timers } = this.#options;
    const onChange = ({ atMicros }: { readonly atMicros: number }): void => this.#onOwnChange(node, atMicros);
    const onProbeFreed = (): void => this.#tryHalfOpen(node);
    const node: NetworkNode = new NetworkNode({
      breaker: createBreaker({ name, random, timers, settings, onChange, onProbeFreed }),
      dependsOn: dependsOn.flatMap((each) => nodes.get(each) ?? []),
      timers,
      rampStepMs: this.#settings.rampStepMs,
      probes: settings.probes,
      probeLeaseMs: settings.probeLeaseMs,
      onRecovered: (nowMicros) => this.#cascade(nowMicros),
    });
    this.#told.set(node, "closed");
    return node;
  }

  #onOwnChange(node: NetworkNode, nowMicros: number): void {
    if (this.#isCascading) return;
    if (node.breaker.state !== "closed") node.endRamp();
    this.#cascade(nowMicros);
    this.#tryHalfOpen(node);
  }

  #tryHalfOpen(node: NetworkNode): void {
    const probe = this.#probes.get(node);
    if (probe !== undefined) tryHalfOpen(node.breaker, probe, this.#options.clock);
  }

  /** Goes through all from the bottom up: whatever happened, each is then as those below it demand. */
  #cascade(nowMicros: number): void {
    this.#isCascading = true;
    let failing = 0;
    for (const node of this.#nodes.values()) if (node.isFailing) failing++;
    for (const node of this.#nodes.values()) {
      const cause = node.dependsOn.find((each) => each.isFailing);
      if (cause !== undefined) {
        if (!node.isFailing && !this.#mayFail(failing + 1)) continue;
        if (!node.isFailing) failing++;
        node.degrade(cause, nowMicros);
      } else if (node.cause !== undefined) {
        const first = node.dependsOn.find((each) => each.isRecovering);
        if (first !== undefined) node.degrade(first, nowMicros);
        else {
          node.recover(nowMicros);
          failing--;
        }
      }
    }
    this.#isCascading = false;
    this.#tell(nowMicros);
  }

  #mayFail(failing: number): boolean {
    const { panicShare, panicFrom } = this.#settings;
    const all = this.#nodes.size;
    return all < panicFrom || failing <= panicShare * all;
  }

  #tell(nowMicros: number): void {
    const { onChange, clock } = this.#options;
    for (const [breaker, node] of this.#nodes) {
      const from = this.#told.get(node) ?? "closed";
      const to = node.state;
      if (from === to) continue;
      this.#told.set(node, to);
      const reason = to === "half_open" ? "its open period is over" : node.explain(nowMicros);
      onChange?.({ breaker, from, to, reason, causeChain: node.causeChain, atMs: clock.epochMs() });
    }
  }
}

interface Declared {
  readonly name: string;
  readonly dependsOn: readonly string[];
  readonly settings: BreakerSettings;
}
