import type { Clock } from "../../base/clock.ts";
import type { BreakerCounts } from "./breaker.ts";
import type { NetworkNode, NetworkState } from "./network-node.ts";

/** One breaker as it is now; plain JSON. */
export interface NetworkBreaker {
  readonly name: string;
  readonly state: NetworkState;
  readonly reason: string;
  readonly dependsOn: readonly string[];
  readonly causeChain: readonly string[];
  /** A dependency fails, and it is called all the same, as too many others are not. */
  readonly isSpared: boolean;
  /** Of its calls that are made, 0 to 1. */
  readonly admittedShare: number;
  /** When it, or its root cause, lets a probe through, in ms since 1970; null where nothing is planned. */
  readonly nextProbeMs: number | null;
  readonly counts: BreakerCounts;
}

/** The whole network as it is now; plain JSON. */
export interface NetworkSnapshot {
  readonly atMs: number;
  /** A cascade stopped at the panic threshold: some breakers are spared. */
  readonly isPanicking: boolean;
  /** Each after those that it depends on. */
  readonly breakers: readonly NetworkBreaker[];
}

/** One breaker as it is now. */
export function describeNode(node: NetworkNode, clock: Clock): NetworkBreaker {
  const nowMicros = clock.nowMicros();
  const inMs = Math.max(0, node.rootCause.breaker.probesAtMicros - nowMicros) / 1000;
  return {
    name: node.name,
    state: node.state,
    reason: node.explain(nowMicros),
    dependsOn: node.dependsOn.map(({ name }) => name),
    causeChain: node.causeChain,
    isSpared: !node.isFailing && node.dependsOn.some((each) => each.isFailing),
    admittedShare: node.admittedShare,
    nextProbeMs: Number.isFinite(inMs) ? Math.round(clock.epochMs() + inMs) : null,
    counts: node.counts(nowMicros),
  };
}
