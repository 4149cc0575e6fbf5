import type { NetworkState } from "../resilience/network-node.ts";
import type { PolicySnapshot } from "../resilience/policy.ts";
import type { ResilienceSnapshot } from "../resilience/resilience.ts";
import type { Labels, MetricFamily } from "./metric-family.ts";

const states: readonly NetworkState[] = ["closed", "open", "half_open", "degraded", "recovering"];

type Rows = (snapshot: ResilienceSnapshot) => Iterable<readonly [Labels, number]>;

interface Row {
  readonly name: string;
  readonly help: string;
  readonly type: MetricFamily["type"];
  readonly rows: Rows;
}

function ofBreakers(read: (breaker: ResilienceSnapshot["network"]["breakers"][number]) => number): Rows {
  return ({ network }) => network.breakers.map((breaker) => [{ breaker: breaker.name }, read(breaker)]);
}

function ofPolicies(read: (policy: PolicySnapshot) => number | undefined): Rows {
  return ({ policies }) =>
    policies.flatMap((policy) => {
      const value = read(policy);
      return value === undefined ? [] : [[{ policy: policy.name }, value] as const];
    });
}

const outcomes = ["succeeded", "failed", "rejected", "aborted"] as const;

/** What Prometheus is told of breakers and policies. */
const table: readonly Row[] = [
  {
    name: "dyno_engine_breaker_state",
    help: "1 for the state that a breaker has, 0 for the others.",
    type: "gauge",
    rows: ({ network }) =>
      network.breakers.flatMap(({ name, state }) =>
        states.map((each) => [{ breaker: name, state: each }, each === state ? 1 : 0] as const),
      ),
  },
  {
    name: "dyno_engine_breaker_admitted_ratio",
    help: "The share of a breaker's calls that are made.",
    type: "gauge",
    rows: ofBreakers(({ admittedShare }) => admittedShare),
  },
  {
    name: "dyno_engine_breaker_opens_total",
    help: "Times that a breaker opened by itself.",
    type: "counter",
    rows: ofBreakers(({ counts }) => counts.opened),
  },
  {
    name: "dyno_engine_breaker_refused_calls_total",
    help: "Calls that a breaker refused.",
    type: "counter",
    rows: ofBreakers(({ counts }) => counts.refused),
  },
  {
    name: "dyno_engine_policy_calls_total",
    help: "Calls under a policy that have ended, by outcome.",
    type: "counter",
    rows: ({ policies }) =>
      policies.flatMap(({ name, counts }) =>
        outcomes.map((outcome) => [{ policy: name, outcome }, counts[outcome]] as const),
      ),
  },
  {
    name: "dyno_engine_policy_retries_total",
    help: "Attempts after the first.",
    type: "counter",
    rows: ofPolicies(({ counts }) => counts.retries),
  },
  {
    name: "dyno_engine_policy_timeouts_total",
    help: "Attempts that ran out of time.",
    type: "counter",
    rows: ofPolicies(({ counts }) => counts.timeouts),
  },
  {
    name: "dyno_engine_policy_fallbacks_total",
    help: "Errors that a fallback answered.",
    type: "counter",
    rows: ofPolicies(({ counts }) => counts.fallbacks),
  },
  {
    name: "dyno_engine_bulkhead_running_calls",
    help: "Calls inside a bulkhead.",
    type: "gauge",
    rows: ofPolicies(({ bulkhead }) => bulkhead?.running),
  },
  {
    name: "dyno_engine_bulkhead_queued_calls",
    help: "Calls that wait for a place in a bulkhead.",
    type: "gauge",
    rows: ofPolicies(({ bulkhead }) => bulkhead?.queued),
  },
  {
    name: "dyno_engine_bulkhead_refused_calls_total",
    help: "Calls that a bulkhead refused: it was full, or they would have waited too long.",
    type: "counter",
    rows: ({ policies }) =>
      policies.flatMap(({ name, bulkhead }) =>
        bulkhead === undefined
          ? []
          : ([
              [{ policy: name, reason: "full" }, bulkhead.refusedFull],
              [{ policy: name, reason: "late" }, bulkhead.refusedLate],
            ] as const),
      ),
  },
  {
    name: "dyno_engine_retry_budget_left",
    help: "Retries that a budget would give now.",
    type: "gauge",
    rows: ofPolicies(({ retryBudget }) => retryBudget?.left),
  },
];

/** The metrics of what these give when they are asked. */
export function createResilienceFamilies(
  snapshots: () => Iterable<ResilienceSnapshot>,
): readonly MetricFamily[] {
  return table.map(({ rows, ...family }) => ({
    ...family,
    samples: () => Array.from(snapshots()).flatMap((snapshot) => [...rows(snapshot)]),
  }));
}
