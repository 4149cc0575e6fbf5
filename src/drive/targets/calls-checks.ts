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
    ...(evidence.wasBroken && dependentsOf(settings, brokenOf(settings)).length > 0
      ? [checkCauses(evidence), checkOrder(evidence)]
      : []),
    ...(settings.policy.retry ? [checkBudgets(evidence), checkLayers(evidence)] : []),
    ...(settings.policy.bulkhead ? [checkBulkheads(evidence)] : []),
  ];
}

function brokenOf({ broken, entry }: CallsSettings): string {
  return broken ?? entry;
}

/** Everything that depends on it, whatever lies between. */
function dependentsOf({ services }: CallsSettings, name: string): readonly string[] {
  const found = new Set([name]);
  // A set gives what is added while it is gone through.
  for (const below of found) {
    for (const [each, { dependsOn }] of Object.entries(services))
      if (dependsOn.includes(below)) found.add(each);
  }
  found.delete(name);
  return [...found];
}

/** A network stops a cascade before more than this share of so many fails, and spares the others. */
const panic = { share: 0.8, from: 5 };

/** Whether a cascade from below these would reach all of them. */
function isWhole({ services }: CallsSettings, dependents: readonly string[]): boolean {
  const all = Object.keys(services).length;
  return all < panic.from || dependents.length + 1 <= panic.share * all;
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
  const broken = brokenOf(settings);
  const degraded = changes.filter(({ to }) => to === "degraded");
  const wrong = degraded.filter(({ causeChain }) => causeChain.at(-1) !== broken);
  const names = new Set(degraded.map(({ breaker }) => breaker));
  const hasOpened = changes.some(({ breaker, to }) => breaker === broken && to === "open");
  const dependents = dependentsOf(settings, broken);
  const missed =
    hasOpened && isWhole(settings, dependents) ? dependents.filter((name) => !names.has(name)) : [];
  const figures = `${[...names].join(", ")} failed fast because of ${broken}, ${formatCount(degraded.length)} times; with another cause: ${formatCount(wrong.length)}`;
  return {
    name: "dependents named the root cause",
    ok: wrong.length === 0 && missed.length === 0,
    detail: `${names.size === 0 ? `none failed fast because of ${broken}${hasOpened ? "" : ", whose breaker did not open"}` : figures}${missed.length === 0 ? "" : `; did not fail fast: ${missed.join(", ")}`}`,
  };
}

/** A dependent comes back only when all that it depends on is closed again. */
function checkOrder({ settings, changes }: CallsEvidence): Check {
  const states = new Map<string, NetworkChange["to"]>();
  const early: string[] = [];
  let recoveries = 0;
  for (const { breaker, from, to } of changes) {
    states.set(breaker, to);
    if (from !== "degraded" || (to !== "recovering" && to !== "closed")) continue;
    recoveries++;
    const below = settings.services[breaker]?.dependsOn ?? [];
    const open = below.find((name) => (states.get(name) ?? "closed") !== "closed");
    if (open !== undefined) early.push(`${breaker} while ${open} was ${states.get(open)}`);
  }
  return {
    name: "services recovered in the order of their dependencies",
    ok: early.length === 0,
    detail: `${formatCount(recoveries)} recoveries${early.length === 0 ? ", each after all below it" : `; too early: ${[...new Set(early)].join(", ")}`}`,
  };
}

/** Retries of several layers multiply: where the outermost may retry, no other does. */
function checkLayers({ settings, services }: CallsEvidence): Check {
  const inner = services
    .filter(({ name }) => name !== settings.entry)
    .map(({ name, policy }) => ({ name, retries: policy.snapshot().counts.retries }))
    .filter(({ retries }) => retries > 0);
  return {
    name: "only the outermost layer retried",
    ok: inner.length === 0,
    detail:
      inner.length === 0
        ? `no service below ${settings.entry} retried`
        : inner.map(({ name, retries }) => `${name}: ${formatCount(retries)} retries`).join(", "),
  };
}

function checkBudgets({ settings, services, seconds }: CallsEvidence): Check {
  const { perSuccess, perSec, burst } = resolveRetryBudgetSettings(
    "",
    policyInput(settings.policy).retryBudget,
  );
  const rows = services.map(({ name, service, policy }) => {
    const { retries, succeeded, calls } = policy.snapshot().counts;
    const allowed = burst + perSuccess * succeeded + perSec * seconds;
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
