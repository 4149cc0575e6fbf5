import type { MetricUnit, PhaseResult, TrialResult } from "../measure/result.ts";
import type { Metric, TargetRule } from "../scenario/scenario.ts";
import { createHistogram, decodeHistogram } from "../stats/histogram.ts";
import { proportionInterval, trialsForProportion } from "../stats/proportion-interval.ts";
import { quantileInterval, samplesForQuantile } from "../stats/quantile-interval.ts";
import { readRecoveries } from "./recovery.ts";

/** A metric as it was measured, in its base unit. */
export interface MeasuredMetric {
  readonly unit: MetricUnit;
  /** Undefined where there is nothing that it could be computed from. */
  readonly value: number | undefined;
  /** A 95 % interval, where the metric has one. */
  readonly interval?: readonly [number, number];
  readonly samples: number;
  /** Fewer samples than this cannot support a verdict. */
  readonly samplesNeeded: number;
  /** A word of caution that belongs to the figure. */
  readonly caution?: string;
  /** The value is only known to be at least this much. */
  readonly isAtLeast?: boolean;
  /** Why there is no value, where it is not that nothing was completed. */
  readonly missing?: string;
}

/** Reads a rule's metric out of the measured phases, over all trials: histograms are merged, percentiles never averaged. */
export function readMetric(
  rule: Pick<TargetRule, "metric" | "limit" | "phase">,
  trials: readonly TrialResult[],
): MeasuredMetric {
  const phases = trials
    .flatMap((trial) => trial.phases)
    .filter(({ kind, phase }) => kind === "measured" && (rule.phase === undefined || phase === rule.phase));
  return readers[rule.metric.kind](phases, rule, trials);
}

type Reader = (
  phases: readonly PhaseResult[],
  rule: Pick<TargetRule, "metric" | "limit">,
  trials: readonly TrialResult[],
) => MeasuredMetric;

const readers: Readonly<Record<Metric["kind"], Reader>> = {
  latency: (phases, { metric }) => {
    const quantile = metric.kind === "latency" ? metric.quantile : 0.5;
    const response = mergedResponse(phases);
    const interval = quantileInterval(response, quantile);
    return {
      unit: "us",
      value: known(response.quantile(quantile)),
      ...(interval ? { interval } : {}),
      samples: response.count,
      samplesNeeded: samplesForQuantile(quantile),
    };
  },
  latency_max: (phases) => {
    const response = mergedResponse(phases);
    return { unit: "us", value: known(response.maxMicros), samples: response.count, samplesNeeded: 1 };
  },
  latency_mean: (phases) => {
    const response = mergedResponse(phases);
    return { unit: "us", value: known(response.meanMicros), samples: response.count, samplesNeeded: 1 };
  },
  error_rate: (phases, { limit }) => {
    const failed = sum(phases, ({ failed }) => failed);
    const all = failed + sum(phases, ({ completed }) => completed);
    const interval = proportionInterval(failed, all);
    return {
      unit: "ratio",
      value: all === 0 ? undefined : failed / all,
      ...(interval ? { interval } : {}),
      samples: all,
      // A limit of exactly zero can be broken, and never be shown.
      samplesNeeded: limit > 0 ? trialsForProportion(limit) : 1,
    };
  },
  throughput: (phases) => {
    const completed = sum(phases, ({ completed }) => completed);
    const seconds = sum(phases, ({ durationMs }) => durationMs) / 1000;
    return {
      unit: "per_second",
      value: seconds > 0 ? completed / seconds : undefined,
      samples: completed,
      samplesNeeded: 1,
    };
  },
  cpu_per_op: (phases) => {
    const completed = sum(phases, ({ completed }) => completed);
    const micros = sum(phases, ({ cpuMicros, outsideCpuMicros = 0 }) => cpuMicros + outsideCpuMicros);
    const caution = phases.some(({ spun }) => spun)
      ? "an estimate, since the generator spun between operations; a closed loop or lowCpu measures it better"
      : undefined;
    return {
      unit: "us_per_op",
      value: completed > 0 ? micros / completed : undefined,
      samples: completed,
      samplesNeeded: 1,
      ...(caution ? { caution } : {}),
    };
  },
  rss: (phases) => {
    const peak = phases.reduce((most, { rssPeakBytes }) => Math.max(most, rssPeakBytes), 0);
    return { unit: "bytes", value: peak > 0 ? peak : undefined, samples: phases.length, samplesNeeded: 1 };
  },
  availability: (phases, { limit }) => {
    const completed = sum(phases, ({ completed }) => completed);
    // What the generator could not send was not answered either.
    const all = sum(phases, ({ asked, completed, failed }) => Math.max(asked, completed + failed));
    const interval = proportionInterval(completed, all);
    return {
      unit: "ratio",
      value: all === 0 ? undefined : completed / all,
      ...(interval ? { interval } : {}),
      samples: all,
      samplesNeeded: limit < 1 ? trialsForProportion(1 - limit) : 1,
    };
  },
  figure: (_phases, { metric }, trials) => {
    const name = metric.kind === "figure" ? metric.figure : "lost";
    const byTrial = trials.map(({ checks }) =>
      checks.flatMap(({ figure }) => (figure?.name === name ? [figure.value] : [])),
    );
    const figures = byTrial.flat();
    const isWhole = trials.length > 0 && byTrial.every((found) => found.length > 0);
    return {
      unit: "count",
      value: isWhole ? figures.reduce((total, value) => total + value, 0) : undefined,
      samples: figures.length,
      samplesNeeded: 1,
      missing: "not every trial came to count it, or the target does not",
    };
  },
  recovery: (_phases, _rule, trials) => {
    const found = trials.map(readRecoveries);
    const recoveries = found.flatMap((one) => one ?? []);
    const isWhole = trials.length > 0 && found.every((one) => one !== undefined);
    return {
      unit: "us",
      value: isWhole ? Math.max(...recoveries.map(({ tookMs }) => tookMs * 1000)) : undefined,
      samples: recoveries.length,
      samplesNeeded: 1,
      isAtLeast: recoveries.some(({ isRecovered }) => !isRecovered),
      missing: "it takes a fault that was ended, and a second of load before it in the same phase",
    };
  },
};

function mergedResponse(phases: readonly PhaseResult[]) {
  const merged = createHistogram();
  for (const { response } of phases) merged.add(decodeHistogram(response));
  return merged;
}

function sum(phases: readonly PhaseResult[], read: (phase: PhaseResult) => number): number {
  return phases.reduce((total, phase) => total + read(phase), 0);
}

function known(value: number): number | undefined {
  return Number.isNaN(value) ? undefined : value;
}
