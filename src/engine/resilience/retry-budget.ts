import { type NumberRules, resolveNumbers } from "./resolve-numbers.ts";

/** How many retries a dependency gets, from all of its callers together. */
export interface RetryBudgetSettings {
  /** Retries that each success pays for. Default 0.1: one for ten. */
  readonly perSuccess: number;
  /** Retries a second that are free, so that a rarely called dependency has some too. Default 1. */
  readonly perSec: number;
  /** Retries that can be saved up, and that it begins with. Default 10. */
  readonly burst: number;
}

/**
 * A token bucket that successes fill: when all calls fail, retries soon stop, instead of multiplying the load on what
 * is already failing. Retries within any while are at most `burst` + `perSuccess` x successes + `perSec` x seconds.
 */
export interface RetryBudget {
  /** A call succeeded. */
  earn(): void;
  /** Takes one retry; false where there is none. */
  spend(nowMicros: number): boolean;
  counts(nowMicros: number): RetryBudgetCounts;
}

/** What a budget holds. */
export interface RetryBudgetCounts {
  /** Retries that could be made now. */
  readonly left: number;
  /** Since it was made: retries given, and refused. */
  readonly spent: number;
  readonly refused: number;
}

const rules: NumberRules<RetryBudgetSettings> = {
  perSuccess: { default: 0.1, min: 0, max: 1 },
  perSec: { default: 1, min: 0 },
  burst: { default: 10, min: 1 },
};

/** Fills in the defaults. Throws a DynoError `usage` that names a setting that cannot be. */
export function resolveRetryBudgetSettings(name: string, given: unknown = {}): RetryBudgetSettings {
  return resolveNumbers<RetryBudgetSettings>(`retry budget of ${name}`, rules, given);
}

/** Creates a full budget. Throws a DynoError `usage` for settings that cannot be. */
export function createRetryBudget(name: string, settings: Partial<RetryBudgetSettings> = {}): RetryBudget {
  const { perSuccess, perSec, burst } = resolveRetryBudgetSettings(name, settings);
  let left = burst;
  let filledMicros: number | undefined;
  let spent = 0;
  let refused = 0;
  const fill = (nowMicros: number): void => {
    const passedMicros = Math.max(0, nowMicros - (filledMicros ?? nowMicros));
    left = Math.min(burst, left + (passedMicros / 1e6) * perSec);
    filledMicros = nowMicros;
  };
  return {
    earn() {
      left = Math.min(burst, left + perSuccess);
    },
    spend(nowMicros) {
      fill(nowMicros);
      if (left < 1) {
        refused++;
        return false;
      }
      left--;
      spent++;
      return true;
    },
    counts(nowMicros) {
      fill(nowMicros);
      return { left: Math.floor(left), spent, refused };
    },
  };
}
