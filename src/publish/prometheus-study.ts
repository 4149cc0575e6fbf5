import { Registry } from "prom-client";
import type { CapacityResult } from "../measure/capacity.ts";
import type { SweepResult } from "../measure/sweep.ts";
import { gaugesOf, setState } from "./prometheus-gauges.ts";

const capacityOutcomes = [
  "found",
  "at_least",
  "unconfirmed",
  "none",
  "fail",
  "setup_failed",
  "interrupted",
] as const;
const sweepOutcomes = ["measured", "fail", "invalid", "setup_failed", "interrupted"] as const;

/** metrics.prom of a search for the highest rate: the capacity with its interval, and what was confirmed. */
export function renderCapacityMetrics(result: CapacityResult): Promise<string> {
  const { registry, gauge, labels } = common(result, "dyno_capacity", capacityOutcomes);
  const { capacity, confirmedPerSec } = result;
  const estimate = gauge("dyno_capacity_operations_per_second", "The highest rate that is carried.", [
    "scenario",
  ]);
  const interval = gauge("dyno_capacity_interval_operations_per_second", "95 % interval of the capacity.", [
    "scenario",
    "bound",
  ]);
  const confirmed = gauge(
    "dyno_capacity_confirmed_operations_per_second",
    "The rate that a longer run held, which the search had not seen.",
    ["scenario"],
  );
  if (capacity !== undefined) {
    estimate.set(labels, capacity.estimate);
    interval.set({ ...labels, bound: "low" }, capacity.low);
    interval.set({ ...labels, bound: "high" }, capacity.high);
  }
  if (confirmedPerSec !== undefined) confirmed.set(labels, confirmedPerSec);
  return registry.metrics();
}

/** metrics.prom of a sweep: throughput and latency by clients, and the law of scalability. */
export function renderSweepMetrics(result: SweepResult): Promise<string> {
  const { registry, gauge, labels } = common(result, "dyno_sweep", sweepOutcomes);
  const throughput = gauge("dyno_sweep_operations_per_second", "Throughput by clients.", [
    "scenario",
    "clients",
  ]);
  const latency = gauge("dyno_sweep_latency_seconds", "Latency by clients; closed loop: it hides queueing.", [
    "scenario",
    "clients",
    "metric",
  ]);
  const coefficient = gauge("dyno_sweep_law_coefficient", "The law of scalability: lambda, sigma, kappa.", [
    "scenario",
    "coefficient",
  ]);
  const peak = gauge("dyno_sweep_peak_clients", "Clients at which the law is greatest.", ["scenario"]);
  for (const level of result.levels) {
    const clients = String(level.clients);
    throughput.set({ ...labels, clients }, level.throughput.estimate);
    if (level.p50 !== undefined) latency.set({ ...labels, clients, metric: "p50" }, level.p50 / 1e6);
    if (level.p99 !== undefined) latency.set({ ...labels, clients, metric: "p99" }, level.p99 / 1e6);
  }
  for (const name of ["lambda", "sigma", "kappa"] as const) {
    if (result.law !== undefined)
      coefficient.set({ ...labels, coefficient: name }, result.law[name].estimate);
  }
  if (result.law?.peak !== undefined) peak.set(labels, result.law.peak.clients.estimate);
  return registry.metrics();
}

/** What each study tells: what it came to, when it was over, and by which versions. */
function common(result: CapacityResult | SweepResult, prefix: string, outcomes: readonly string[]) {
  const registry = new Registry();
  const gauge = gaugesOf(registry);
  const labels = { scenario: result.name };
  const status = gauge(`${prefix}_status`, "1 for what it came to, 0 for the others.", [
    "scenario",
    "status",
  ]);
  setState(status, labels, "status", outcomes, result.outcome);
  gauge(`${prefix}_last_completion_timestamp_seconds`, "When it was over.", ["scenario"]).set(
    labels,
    (Date.parse(result.startedAt) + result.durationMs) / 1000,
  );
  const { dynoVersion, node } = result.environment;
  gauge("dyno_build_info", "Always 1; the labels tell the versions.", ["version", "node_version"]).set(
    { version: dynoVersion, node_version: node },
    1,
  );
  return { registry, gauge, labels };
}
