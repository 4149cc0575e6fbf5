import { DynoError } from "../../base/errors.ts";
import { type NumberRules, resolveNumbers } from "./resolve-numbers.ts";

/** When a breaker opens, and how it comes back. */
export interface BreakerSettings {
  /** Opens after so many failures in a row; 0 never. Default 5. */
  readonly consecutiveFailures: number;
  /** Opens at a failure when this share of the window's calls failed, 0 to 1; 0 never. Default 0.5. */
  readonly failureRate: number;
  /** A call that takes longer is slow; 0: none is. Default 0. */
  readonly slowCallMs: number;
  /** Opens at a slow call when this share of the window's calls was slow, 0 to 1; 0 never. Default 0.8. */
  readonly slowRate: number;
  /** The window over which the rates are taken. Default 10 s. */
  readonly windowMs: number;
  /** Below so many calls in the window no rate counts. Default 20. */
  readonly minCalls: number;
  /** The first open period, before jitter; it doubles each time that a probe fails. Default 1 s. */
  readonly openMs: number;
  /** The longest open period. Default 30 s. */
  readonly maxOpenMs: number;
  /** Probes at a time when half-open, and successes among them that close it. Default 1. */
  readonly probes: number;
  /** A probe that has not ended by then has failed, and its result is not heard any more. Default 5 s. */
  readonly probeLeaseMs: number;
}

const rules: NumberRules<BreakerSettings> = {
  consecutiveFailures: { default: 5, min: 0, whole: true },
  failureRate: { default: 0.5, min: 0, max: 1 },
  slowCallMs: { default: 0, min: 0 },
  slowRate: { default: 0.8, min: 0, max: 1 },
  windowMs: { default: 10_000, min: 1 },
  minCalls: { default: 20, min: 1, whole: true },
  openMs: { default: 1000, min: 1 },
  maxOpenMs: { default: 30_000, min: 1 },
  probes: { default: 1, min: 1, whole: true },
  probeLeaseMs: { default: 5000, min: 1 },
};

/** Fills in the defaults. Throws a DynoError `usage` that names a setting that cannot be. */
export function resolveBreakerSettings(name: string, given: unknown = {}): BreakerSettings {
  const settings = resolveNumbers<BreakerSettings>(`breaker ${name}`, rules, given);
  const { openMs, maxOpenMs } = settings;
  if (maxOpenMs >= openMs) return settings;
  throw new DynoError(
    "usage",
    `breaker ${name}: maxOpenMs must be at least openMs (${openMs}), not ${maxOpenMs}; set both`,
  );
}
