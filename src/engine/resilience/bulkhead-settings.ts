import { type NumberRules, resolveNumbers } from "./resolve-numbers.ts";

/** How many calls a bulkhead lets run, and how many wait. */
export interface BulkheadSettings {
  /** Calls that run at a time. Default 16. */
  readonly maxRunning: number;
  /** Calls that wait at most; 0: none does. Default 64. */
  readonly maxQueued: number;
  /** The longest wait, in ms; 0: until the call's deadline. Default 0. */
  readonly maxWaitMs: number;
}

const rules: NumberRules<BulkheadSettings> = {
  maxRunning: { default: 16, min: 1, whole: true },
  maxQueued: { default: 64, min: 0, whole: true },
  maxWaitMs: { default: 0, min: 0 },
};

/** Fills in the defaults. Throws a DynoError `usage` that names a setting that cannot be. */
export function resolveBulkheadSettings(name: string, given: unknown = {}): BulkheadSettings {
  return resolveNumbers<BulkheadSettings>(`bulkhead ${name}`, rules, given);
}
