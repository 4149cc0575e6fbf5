import { readMetric } from "../../judge/measured-metric.ts";
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
  const all = rounds.flat();
  return phases.flatMap((phase) =>
    matrixMetrics.map((metric): CellFigure => {
      const { unit, caution } = readMetric({ metric: kinds[metric], limit: 0, phase }, all);
      const value = valueOf(metric, phase, all);
      return {
        metric,
        phase,
        unit,
        ...(value === undefined ? {} : { value }),
        rounds: rounds.map((trials) => valueOf(metric, phase, trials)).filter((one) => one !== undefined),
        isBest: false,
        ...(caution === undefined ? {} : { caution }),
      };
    }),
  );
}

/** Undefined where there are too few samples for a quantile: it would be no more than a guess. */
function valueOf(metric: MatrixMetric, phase: string, trials: readonly TrialResult[]): number | undefined {
  const { value, samples, samplesNeeded } = readMetric({ metric: kinds[metric], limit: 0, phase }, trials);
  return samples >= samplesNeeded ? value : undefined;
}
