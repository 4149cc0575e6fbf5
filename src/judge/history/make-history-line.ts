import type { Comparison, MetricComparison } from "../../measure/comparison.ts";
import { fingerprintOf } from "../../measure/fingerprint.ts";
import type { Environment, RunResult, TrialResult } from "../../measure/result.ts";
import type { Metric } from "../../scenario/scenario.ts";
import { walshSpread } from "../../stats/spread.ts";
import { readMetric } from "../measured-metric.ts";
import { type HistoryLine, type HistoryMetric, type HistoryNoise, historyVersion } from "./history-line.ts";

/** The line of a run. */
export function historyLineOfRun(result: RunResult): HistoryLine {
  const { scenario, startedAt, outcome, trials, environment } = result;
  const metrics = scenario.phases.flatMap(({ phase }) => phaseMetrics(phase, trials));
  return {
    ...head("run", scenario, environment),
    at: startedAt,
    outcome,
    metrics: [...metrics, ...metricOf("rss", { kind: "rss" }, undefined, trials)],
  };
}

/** The line of a gate's comparison, as the candidate did; `environment` names the services of this scenario alone. */
export function historyLineOfComparison(
  comparison: Comparison,
  environment: Environment,
  at: Date,
): HistoryLine {
  const { scenario, outcome, metrics, pairs, tookMs } = comparison;
  return {
    ...head("gate", scenario, environment),
    at: at.toISOString(),
    outcome,
    metrics: metrics.flatMap(comparedMetric),
    noise: pairs === 0 ? [] : metrics.flatMap((metric) => noiseOf(metric, tookMs / pairs)),
  };
}

function head(
  kind: HistoryLine["kind"],
  scenario: Pick<RunResult["scenario"], "name" | "phases">,
  environment: Environment,
): Omit<HistoryLine, "at" | "outcome" | "metrics"> {
  const { gitRevision, gitDirty } = environment;
  return {
    v: historyVersion,
    kind,
    scenario: scenario.name,
    ...(gitRevision === undefined ? {} : { revision: gitRevision }),
    ...(gitDirty === undefined ? {} : { dirty: gitDirty }),
    class: fingerprintOf(environment).class,
    load: scenario.phases.map(({ phase, summary }) => `${phase}: ${summary}`).join("; "),
  };
}

const latencies = [
  ["p50", 0.5],
  ["p90", 0.9],
  ["p99", 0.99],
  ["p99.9", 0.999],
] as const;

function phaseMetrics(phase: string, trials: readonly TrialResult[]): HistoryMetric[] {
  const isClosed = trials.some(({ phases }) =>
    phases.some((one) => one.phase === phase && one.loop === "closed"),
  );
  return [
    // In an open loop the schedule decides how many there are.
    ...(isClosed ? metricOf("throughput", { kind: "throughput" }, phase, trials) : []),
    ...latencies.flatMap(([name, quantile]) => metricOf(name, { kind: "latency", quantile }, phase, trials)),
    ...metricOf("error_rate", { kind: "error_rate" }, phase, trials),
    ...metricOf("cpu_per_op", { kind: "cpu_per_op" }, phase, trials),
  ];
}

/** None where it was not measured, or from too few samples. */
function metricOf(
  name: string,
  metric: Metric,
  phase: string | undefined,
  trials: readonly TrialResult[],
): HistoryMetric[] {
  const place = phase === undefined ? {} : { phase };
  const { unit, value, interval, samples, samplesNeeded } = readMetric(
    { metric, limit: 0, ...place },
    trials,
  );
  if (value === undefined || samples < samplesNeeded) return [];
  return [
    {
      metric: name,
      ...place,
      unit,
      higherIsBetter: name === "throughput",
      value: short(value),
      ...(interval === undefined ? {} : { low: short(interval[0]), high: short(interval[1]) }),
    },
  ];
}

function comparedMetric(compared: MetricComparison): HistoryMetric[] {
  const { metric, phase, unit, higherIsBetter, candidate, scale, estimate, interval } = compared;
  if (candidate === undefined || !Number.isFinite(candidate)) return [];
  const isRatio = scale === "ratio";
  const [low, high] = interval ?? [Number.NaN, Number.NaN];
  return [
    {
      metric,
      ...(phase === undefined ? {} : { phase }),
      unit,
      higherIsBetter,
      value: short(candidate),
      ...(isRatio && estimate !== undefined && Number.isFinite(estimate) ? { ratio: short(estimate) } : {}),
      ...(isRatio && Number.isFinite(high - low) ? { ratioLow: short(low), ratioHigh: short(high) } : {}),
    },
  ];
}

function noiseOf({ metric, phase, scale, perPair }: MetricComparison, pairMs: number): HistoryNoise[] {
  const pairSd = walshSpread(scale === "ratio" ? perPair.map(Math.log) : perPair);
  if (pairSd === undefined || !Number.isFinite(pairSd)) return [];
  return [
    { metric, ...(phase === undefined ? {} : { phase }), pairSd: short(pairSd), pairMs: short(pairMs) },
  ];
}

/** Six significant digits: finer than any measurement, and short in the file. */
function short(value: number): number {
  return Number(value.toPrecision(6));
}
