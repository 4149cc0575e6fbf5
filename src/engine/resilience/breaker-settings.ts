import { DynoError } from "../../base/errors.ts";

/** When a breaker opens, and how it comes back. */
export interface BreakerSettings {
  /** Opens after so many failures in a row; 0 never. Default 5. */
  readonly consecutiveFailures: number;
  /** Opens when this share of the window's calls failed, 0 to 1; 0 never. Default 0.5. */
  readonly failureRate: number;
  /** A call that takes longer is slow; 0: none is. Default 0. */
  readonly slowCallMs: number;
  /** Opens when this share of the window's calls was slow, 0 to 1; 0 never. Default 0.8. */
  readonly slowRate: number;
  /** The window over which the rates are taken. Default 10 s. */
  readonly windowMs: number;
  /** Below so many calls in the window no rate counts. Default 20. */
  readonly minCalls: number;
  /** The first open period; it doubles each time that a probe fails. Default 1 s. */
  readonly openMs: number;
  /** The longest open period. Default 30 s. */
  readonly maxOpenMs: number;
  /** Probes at a time when half-open, and successes among them that close it. Default 1. */
  readonly probes: number;
  /** A probe that has not ended by then has failed, and its result is not heard any more. Default 5 s. */
  readonly probeLeaseMs: number;
}

const defaults: BreakerSettings = {
  consecutiveFailures: 5,
  failureRate: 0.5,
  slowCallMs: 0,
  slowRate: 0.8,
  windowMs: 10_000,
  minCalls: 20,
  openMs: 1000,
  maxOpenMs: 30_000,
  probes: 1,
  probeLeaseMs: 5000,
};

const positive = ["windowMs", "minCalls", "openMs", "maxOpenMs", "probes", "probeLeaseMs"] as const;
const shares = ["failureRate", "slowRate"] as const;

/** Fills in the defaults. Throws a DynoError `usage` that names a setting that cannot be. */
export function resolveBreakerSettings(name: string, given: Partial<BreakerSettings> = {}): BreakerSettings {
  const settings = { ...defaults, ...given };
  const wrong = (key: keyof BreakerSettings, expected: string): DynoError =>
    new DynoError("usage", `breaker ${name}: ${key} must be ${expected}, not ${settings[key]}`);
  for (const key of Object.keys(defaults) as (keyof BreakerSettings)[]) {
    if (!(settings[key] >= 0)) throw wrong(key, "a number that is not negative");
  }
  for (const key of positive) if (!(settings[key] > 0)) throw wrong(key, "above 0");
  for (const key of shares) if (settings[key] > 1) throw wrong(key, "from 0 to 1");
  if (settings.maxOpenMs < settings.openMs) throw wrong("maxOpenMs", `at least openMs (${settings.openMs})`);
  return settings;
}
