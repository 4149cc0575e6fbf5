import { DynoError } from "../../base/errors.ts";
import { type BreakerSettings, resolveBreakerSettings } from "./breaker-settings.ts";
import { type BulkheadSettings, resolveBulkheadSettings } from "./bulkhead-settings.ts";
import { type NumberRules, recordOf, refuseUnknown, resolveNumbers } from "./resolve-numbers.ts";
import { type RetryBudgetSettings, resolveRetryBudgetSettings } from "./retry-budget.ts";
import { type RetrySettings, resolveRetrySettings } from "./retry-settings.ts";

/** A policy as code or a file gives it: what is left out is not used, and `{}` uses it with its defaults. */
export interface PolicyInput {
  /** For all attempts, their waits included, in ms. Left out: no limit. */
  readonly deadlineMs?: number;
  /** For one attempt, in ms, from when it has its place. Left out: only the deadline counts. */
  readonly timeoutMs?: number;
  readonly retry?: Readonly<Partial<RetrySettings>>;
  /** Used where there is a retry; its defaults hold where it is left out. */
  readonly retryBudget?: Readonly<Partial<RetryBudgetSettings>>;
  readonly breaker?: Readonly<Partial<BreakerSettings>>;
  readonly bulkhead?: Readonly<Partial<BulkheadSettings>>;
  /** A fixed answer in place of an error; the caller sees to it that it is one. */
  readonly fallback?: { readonly value: unknown };
}

/** A policy that was checked, with all defaults in. */
export interface PolicySettings {
  /** Infinity: no limit. */
  readonly deadlineMs: number;
  readonly timeoutMs: number;
  readonly retry?: RetrySettings;
  readonly retryBudget?: RetryBudgetSettings;
  readonly breaker?: BreakerSettings;
  readonly bulkhead?: BulkheadSettings;
  readonly fallback?: { readonly value: unknown };
}

const times: NumberRules<Pick<PolicySettings, "deadlineMs" | "timeoutMs">> = {
  deadlineMs: { default: Number.POSITIVE_INFINITY, min: 1 },
  timeoutMs: { default: Number.POSITIVE_INFINITY, min: 1 },
};

const known = ["deadlineMs", "timeoutMs", "retry", "retryBudget", "breaker", "bulkhead", "fallback"];

/** Checks plain data, such as YAML gives, and fills in the defaults. Throws a DynoError `usage` that names what is wrong. */
export function resolvePolicySettings(name: string, given: unknown = {}): PolicySettings {
  const where = `policy ${name}`;
  const values = recordOf(where, given);
  refuseUnknown(where, values, known);
  const { deadlineMs, timeoutMs, retry, retryBudget, breaker, bulkhead, fallback } = values;
  return {
    ...resolveNumbers(where, times, { deadlineMs, timeoutMs }),
    ...(retry === undefined
      ? {}
      : {
          retry: resolveRetrySettings(name, retry),
          retryBudget: resolveRetryBudgetSettings(name, retryBudget),
        }),
    ...(breaker === undefined ? {} : { breaker: resolveBreakerSettings(name, breaker) }),
    ...(bulkhead === undefined ? {} : { bulkhead: resolveBulkheadSettings(name, bulkhead) }),
    ...(fallback === undefined ? {} : { fallback: resolveFallback(where, fallback) }),
  };
}

function resolveFallback(where: string, given: unknown): { readonly value: unknown } {
  const record = recordOf(`${where}, fallback`, given);
  refuseUnknown(`${where}, fallback`, record, ["value"]);
  if ("value" in record) return { value: record.value };
  throw new DynoError("usage", `${where}, fallback: there is no value; give the answer as value`);
}
