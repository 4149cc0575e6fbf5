import { mergePhases } from "../measure/merge-phases.ts";
import type { RunResult, Verdict } from "../measure/result.ts";
import { toBaseUnit } from "./prometheus-gauges.ts";
import {
  type CountedDurations,
  createRunMetrics,
  durationEdges,
  type RunMetrics,
} from "./prometheus-metrics.ts";

/** A run in Prometheus's text format: measured phases, targets, versions. */
export function renderPrometheus(result: RunResult): Promise<string> {
  const scenario = result.scenario.name;
  const phases = mergePhases(result.trials);
  const metrics = createRunMetrics(() =>
    phases.map(({ phase, response }): CountedDurations => {
      return {
        labels: { scenario, phase },
        atOrBelow: durationEdges.map((seconds) => response.countAtOrBelow(seconds * 1e6)),
        count: response.count,
        sumSeconds: response.count === 0 ? 0 : (response.meanMicros * response.count) / 1e6,
      };
    }),
  );
  for (const { phase, asked, completed, failed } of phases) {
    metrics.offered.inc({ scenario, phase }, asked);
    metrics.operations.inc({ scenario, phase, outcome: "success" }, completed);
    metrics.operations.inc({ scenario, phase, outcome: "error" }, failed);
  }
  addOutcome(metrics, result);
  return metrics.registry.metrics();
}

/** Sets what is known of a run when it is over: its targets, when it ended, versions. */
export function addOutcome(metrics: RunMetrics, result: RunResult): void {
  const scenario = result.scenario.name;
  for (const verdict of result.verdicts) addVerdict(metrics, scenario, verdict);
  metrics.lastCompletion.set({ scenario }, (Date.parse(result.startedAt) + result.durationMs) / 1000);
  metrics.buildInfo.set(
    { version: result.environment.dynoVersion, node_version: result.environment.node },
    1,
  );
}

function addVerdict(metrics: RunMetrics, scenario: string, verdict: Verdict): void {
  const labels = { scenario, phase: verdict.phase ?? "", target: verdict.metricName };
  const scale = toBaseUnit[verdict.unit];
  metrics.targetLimit.set(labels, verdict.limit * scale);
  if (verdict.measured !== undefined) metrics.targetValue.set(labels, verdict.measured * scale);
  if (verdict.marginRatio !== undefined) metrics.targetMargin.set(labels, verdict.marginRatio);
  for (const status of ["pass", "fail", "inconclusive"] as const) {
    metrics.targetStatus.set({ ...labels, status }, status === verdict.outcome ? 1 : 0);
  }
}
