import { type MeasuredMetric, readMetric } from "../../judge/measured-metric.ts";
import { type CellFigure, type MatrixMetric, matrixMetrics } from "../../measure/matrix.ts";
import type { TrialResult } from "../../measure/result.ts";
import type { Metric } from "../../scenario/scenario.ts";

const kinds: Readonly<Record<MatrixMetric, Metric>> = {
  throughput: { kind: "throughput" },
  p50: { kind: "latency", quantile: 0.5 },
  p99: { kind: "latency", quantile: 0.99 },
  error_rate: { kind: "error_rate" },
  cpu_per_op: { kind: "cpu_per_op" },
};

/** What the rounds of a cell measured, of each phase and metric; which is best is not known yet. `rounds` are the trials of each. */
export function cellFigures(
  phases: readonly string[],
  rounds: readonly (readonly TrialResult[])[],
): readonly CellFigure[] {
  return phases.flatMap((phase) => matrixMetrics.map((metric) => figureOf(metric, phase, rounds)));
}

function figureOf(
  metric: MatrixMetric,
  phase: string,
  rounds: readonly (readonly TrialResult[])[],
): CellFigure {
  const read = (trials: readonly TrialResult[]): MeasuredMetric =>
    readMetric({ metric: kinds[metric], limit: 0, phase }, trials);
  const all = read(rounds.flat());
  const value = supported(all);
  return {
    metric,
    phase,
    unit: all.unit,
    ...(value === undefined ? {} : { value }),
    rounds: rounds.map((trials) => supported(read(trials))).filter((one) => one !== undefined),
    isBest: false,
    ...(all.caution === undefined ? {} : { caution: all.caution }),
  };
}

/** Undefined where there are too few samples for a quantile: it would be no more than a guess. */
function supported({ value, samples, samplesNeeded }: MeasuredMetric): number | undefined {
  return samples >= samplesNeeded ? value : undefined;
}
