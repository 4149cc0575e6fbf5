import { type Gauge, Registry } from "prom-client";
import type { Comparison, ComparisonResult, MetricComparison } from "../../measure/comparison.ts";
import { gaugesOf, setState } from "../prometheus-gauges.ts";

type MetricLabel = "scenario" | "variant" | "phase" | "metric";

interface ComparisonMetrics {
  readonly registry: Registry;
  readonly ratio: Gauge<MetricLabel>;
  readonly ratioInterval: Gauge<MetricLabel | "bound">;
  readonly difference: Gauge<MetricLabel>;
  readonly differenceInterval: Gauge<MetricLabel | "bound">;
  readonly margin: Gauge<MetricLabel>;
  readonly verdict: Gauge<MetricLabel | "verdict">;
  readonly status: Gauge<"scenario" | "variant" | "status">;
  readonly pairs: Gauge<"scenario" | "variant">;
  readonly gateStatus: Gauge<"status">;
  readonly lastCompletion: Gauge<string>;
  readonly buildInfo: Gauge<"version" | "node_version">;
}

/**
 * metrics.prom of a comparison: estimates, intervals, margins and verdicts by scenario, variant (`head`, `b`), phase and
 * metric. No label tells a commit, so that the series of one pipeline stay the same.
 */
export function renderComparisonMetrics(result: ComparisonResult): Promise<string> {
  const metrics = createMetrics();
  for (const comparison of result.comparisons) addComparison(metrics, comparison);
  setState(metrics.gateStatus, {}, "status", outcomes, result.outcome);
  metrics.lastCompletion.set((Date.parse(result.startedAt) + result.durationMs) / 1000);
  const { dynoVersion, node } = result.environment;
  metrics.buildInfo.set({ version: dynoVersion, node_version: node }, 1);
  return metrics.registry.metrics();
}

const outcomes = ["pass", "fail", "inconclusive", "invalid", "setup_failed", "interrupted"] as const;
const verdicts = ["better", "worse", "same", "inconclusive"] as const;

function addComparison(metrics: ComparisonMetrics, comparison: Comparison): void {
  const labels = { scenario: comparison.scenario.name, variant: comparison.candidate.name };
  setState(metrics.status, labels, "status", outcomes, comparison.outcome);
  metrics.pairs.set(labels, comparison.pairs);
  for (const metric of comparison.metrics) addMetric(metrics, labels, metric);
}

function addMetric(
  metrics: ComparisonMetrics,
  of: { readonly scenario: string; readonly variant: string },
  { metric, phase = "", scale, estimate, interval, margin, verdict }: MetricComparison,
): void {
  const labels = { ...of, phase, metric };
  const isRatio = scale === "ratio";
  if (estimate !== undefined) (isRatio ? metrics.ratio : metrics.difference).set(labels, estimate);
  const ends = isRatio ? metrics.ratioInterval : metrics.differenceInterval;
  for (const [i, end] of (interval ?? []).entries()) {
    ends.set({ ...labels, bound: i === 0 ? "low" : "high" }, end);
  }
  metrics.margin.set(labels, margin);
  setState(metrics.verdict, labels, "verdict", verdicts, verdict);
}

function createMetrics(): ComparisonMetrics {
  const registry = new Registry();
  const gauge = gaugesOf(registry);
  const of = ["scenario", "variant", "phase", "metric"] as const;
  return {
    registry,
    ratio: gauge("dyno_comparison_ratio", "The candidate's value by the base's.", of),
    ratioInterval: gauge("dyno_comparison_interval_ratio", "Interval of dyno_comparison_ratio.", [
      ...of,
      "bound",
    ]),
    difference: gauge(
      "dyno_comparison_difference_ratio",
      "The candidate's value less the base's, of metrics that are ratios themselves.",
      of,
    ),
    differenceInterval: gauge(
      "dyno_comparison_difference_interval_ratio",
      "Interval of dyno_comparison_difference_ratio.",
      [...of, "bound"],
    ),
    margin: gauge("dyno_comparison_margin_ratio", "The smallest worsening that matters.", of),
    verdict: gauge("dyno_comparison_verdict", "1 for the verdict on the metric, 0 for the others.", [
      ...of,
      "verdict",
    ]),
    status: gauge("dyno_comparison_status", "1 for what the scenario came to, 0 for the others.", [
      "scenario",
      "variant",
      "status",
    ]),
    pairs: gauge("dyno_comparison_pairs", "Pairs that the comparison rests on.", ["scenario", "variant"]),
    gateStatus: gauge("dyno_gate_status", "1 for what the whole came to, 0 for the others.", ["status"]),
    lastCompletion: gauge("dyno_gate_last_completion_timestamp_seconds", "When the whole was over.", []),
    buildInfo: gauge("dyno_build_info", "Always 1; the labels tell the versions.", [
      "version",
      "node_version",
    ]),
  };
}
