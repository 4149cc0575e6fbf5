import { formatBytes, formatDuration, formatRatio } from "../base/units.ts";

/** What is broken, and how. */
export type FaultAct =
  /** SIGKILL of the Redis that dyno started; it is started again at the fault's end. */
  | { readonly kind: "redis-kill" }
  /** SIGSTOP of the Redis that dyno started, and SIGCONT at the end. */
  | { readonly kind: "redis-pause" }
  /** Every round trip between engine and Redis takes so much longer, half of it each way, give or take the jitter. */
  | { readonly kind: "network-latency"; readonly delayMs: number; readonly jitterMs: number }
  /** Connections between engine and Redis are reset, and new ones refused. */
  | { readonly kind: "network-cut" }
  /** Connections between engine and Redis stay open, and nothing passes. */
  | { readonly kind: "network-blackhole" }
  /** This share of the calls of handlers fails. */
  | { readonly kind: "handler-errors"; readonly share: number }
  /** This share of the calls of handlers takes so long. */
  | { readonly kind: "handler-slow"; readonly share: number; readonly delayMs: number }
  /** The spool has room for so many bytes and no more. */
  | { readonly kind: "spool-full"; readonly roomBytes: number }
  /** SIGKILL of the engine's own process; it is started again at the fault's end. */
  | { readonly kind: "engine-kill" };

/** Something that is broken on purpose while the load goes on. */
export type Fault = FaultAct & {
  /** When it begins, in milliseconds from the start of the measured load. */
  readonly atMs: number;
  /** How long it lasts, in milliseconds. */
  readonly forMs: number;
};

/** The name of a kind of fault, as a scenario says it. */
export type FaultKind = FaultAct["kind"];

/** What a fault is done to: the Redis that dyno started, the way to it, or the target itself. */
export type FaultPlace = "redis" | "network" | "target";

/** Where a kind of fault is done. */
export function placeOf(kind: FaultKind): FaultPlace {
  if (kind.startsWith("redis-")) return "redis";
  return kind.startsWith("network-") ? "network" : "target";
}

/** A fault's name with what it is given: `network-latency 50 ms`, `handler-errors 20 %`. */
export function labelOf(fault: FaultAct): string {
  switch (fault.kind) {
    case "network-latency": {
      const jitter = fault.jitterMs > 0 ? ` ± ${formatDuration(fault.jitterMs * 1000)}` : "";
      return `${fault.kind} ${formatDuration(fault.delayMs * 1000)}${jitter}`;
    }
    case "handler-errors":
      return `${fault.kind} ${formatRatio(fault.share)}`;
    case "handler-slow":
      return `${fault.kind} ${formatRatio(fault.share)} by ${formatDuration(fault.delayMs * 1000)}`;
    case "spool-full":
      return `${fault.kind} at ${formatBytes(fault.roomBytes)}`;
    default:
      return fault.kind;
  }
}

/** A fault in words: `redis-kill at 5 s for 3 s`. */
export function describeFault(fault: Fault): string {
  return `${labelOf(fault)} at ${formatDuration(fault.atMs * 1000)} for ${formatDuration(fault.forMs * 1000)}`;
}
