import { formatCount } from "../../base/units.ts";
import type { NetworkChange } from "../../engine/resilience/network.ts";
import type { NetworkSnapshot } from "../../engine/resilience/network-snapshot.ts";
import { resolveRetryBudgetSettings } from "../../engine/resilience/retry-budget.ts";
import type { Check } from "../target.ts";
import type { GuardedService } from "./calls-service.ts";
import { type CallsSettings, policyInput } from "./calls-settings.ts";

/** What is known when the load is over. */
export interface CallsEvidence {
  readonly settings: CallsSettings;
  readonly network: NetworkSnapshot;
  readonly changes: readonly NetworkChange[];
  readonly services: readonly Pick<GuardedService, "name" | "service" | "policy">[];
  /** How long the services were up. */
  readonly seconds: number;
  /** Whether a fault struck. */
  readonly wasBroken: boolean;
}

/** Holds what policies and breakers did against what they promise. */
export function checkCalls(evidence: CallsEvidence): readonly Check[] {
  const { settings } = evidence;
  return [
    checkBreakers(evidence),
    ...(evidence.wasBroken && evidence.changes.some(({ to }) => to === "degraded")
      ? [checkCauses(evidence)]
      : []),
    ...(settings.policy.retry ? [checkBudgets(evidence)] : []),
    ...(settings.policy.bulkhead ? [checkBulkheads(evidence)] : []),
  ];
}

function checkBreakers({ network, changes }: CallsEvidence): Check {
  const open = network.breakers.filter(({ state }) => state !== "closed");
  const opened = changes.filter(({ to }) => to === "open").length;
  const states = open.map(({ name, state, reason }) => `${name} is ${state} (${reason})`).join(", ");
  return {
    name: "every breaker is closed at the end",
    ok: open.length === 0,
    detail: `${open.length === 0 ? "all are" : states}; breakers opened ${formatCount(opened)} times, and ${formatCount(changes.length)} changes of state in all`,
  };
}

function checkCauses({ settings, changes }: CallsEvidence): Check {
  const broken = settings.broken ?? settings.entry;
  const degraded = changes.filter(({ to }) => to === "degraded");
  const wrong = degraded.filter(({ causeChain }) => causeChain.at(-1) !== broken);
  const names = [...new Set(degraded.map(({ breaker }) => breaker))].join(", ");
  return {
    name: "dependents named the root cause",
    ok: wrong.length === 0,
    detail: `${names} failed fast because of ${broken}, ${formatCount(degraded.length)} times; with another cause: ${formatCount(wrong.length)}`,
  };
}

function checkBudgets({ settings, services, seconds }: CallsEvidence): Check {
  const { perSuccess, perSec, burst } = resolveRetryBudgetSettings(
    "",
    policyInput(settings.policy).retryBudget,
  );
  const rows = services.map(({ name, service, policy }) => {
    const { retries, succeeded, calls } = policy.snapshot().counts;
    // An attempt may succeed whose call does not end so; the calls that arrived bound them.
    const allowed = burst + perSuccess * Math.max(succeeded, service.calls) + perSec * seconds;
    return { name, retries, calls, allowed, reached: service.calls };
  });
  const over = rows.filter(({ retries, allowed }) => retries > allowed);
  const worst = rows.toSorted((a, b) => b.retries - a.retries)[0];
  const factor = worst && worst.calls > 0 ? (worst.reached / worst.calls).toFixed(2) : "0";
  return {
    name: "retries stayed within their budgets",
    ok: over.length === 0,
    detail:
      over.length > 0
        ? over
            .map(
              ({ name, retries, allowed }) =>
                `${name}: ${formatCount(retries)} of ${formatCount(Math.floor(allowed))}`,
            )
            .join(", ")
        : `${worst?.name}: ${formatCount(worst?.retries ?? 0)} retries, and ${factor} attempts reached it for each call`,
  };
}

function checkBulkheads({ settings, services }: CallsEvidence): Check {
  const most = settings.policy.bulkhead?.running ?? Number.POSITIVE_INFINITY;
  const over = services.filter(({ service }) => service.mostAtOnce > most);
  const figures = services.map(({ name, service }) => `${name} ${formatCount(service.mostAtOnce)}`);
  return {
    name: "never more calls at once than a bulkhead allows",
    ok: over.length === 0,
    detail: `at most ${figures.join(", ")} at once, of ${formatCount(most)} each`,
  };
}
