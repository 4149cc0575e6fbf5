import type { Comparison } from "./comparison.ts";
import type { Environment, MetricUnit, RunOutcome, Verdict } from "./result.ts";

/** The version of matrix.json. It rises when a reader of the older one would misread the newer one. */
export const matrixSchemaVersion = 1;

/** The metrics of a matrix, in the order of its columns. */
export const matrixMetrics = ["throughput", "p50", "p99", "error_rate", "cpu_per_op"] as const;

/** A metric of a matrix. */
export type MatrixMetric = (typeof matrixMetrics)[number];

/** What a cell came to; `impossible`: its settings do not go together, so that it was not measured. */
export type CellOutcome = RunOutcome | "impossible";

/** A metric of one phase of one cell, in the metric's base unit. */
export interface CellFigure {
  readonly metric: MatrixMetric;
  readonly phase: string;
  readonly unit: MetricUnit;
  /** Over all rounds together: histograms merged, counts added. Absent where there is too little to compute it from. */
  readonly value?: number;
  /** Of each round that has one, in the order of the rounds. */
  readonly rounds: readonly number[];
  /** It is the best of its column, and the rounds show that it is better than every other. */
  readonly isBest: boolean;
  /** A word of caution that belongs to the figure. */
  readonly caution?: string;
}

/** One combination of settings, and what became of it. */
export interface MatrixCell {
  /** The index of its level on each axis. */
  readonly levels: readonly number[];
  /** `store=redis payload=4KB`. */
  readonly name: string;
  /** The folder with its own result.json and report.html, named from the folder of matrix.json; absent where it was not measured. */
  readonly folder?: string;
  readonly outcome: CellOutcome;
  /** One sentence on the outcome. */
  readonly reason: string;
  readonly verdicts: readonly Verdict[];
  /** What a reader of its figures should know beside. */
  readonly warnings: readonly string[];
  /** In the order of the phases, and in each in that of `matrixMetrics`. */
  readonly figures: readonly CellFigure[];
  /** Whether its figures may be held against those of others: it was measured, validly, and its work was right. */
  readonly isSound: boolean;
}

/** One setting that was crossed. */
export interface CrossedSetting {
  /** What tables call it: `store`. */
  readonly name: string;
  /** `target.store`. */
  readonly path: string;
  /** Its values as the file has them. */
  readonly levels: readonly string[];
}

/** Everything that is known about a matrix that was measured; the content of matrix.json. Every output is a pure function of it. */
export interface MatrixResult {
  readonly schemaVersion: typeof matrixSchemaVersion;
  readonly kind: "matrix";
  readonly scenario: Comparison["scenario"];
  /** Of every random choice, the order of the cells among them. */
  readonly seed: number;
  /** The command that does this again. */
  readonly command: string;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly axes: readonly CrossedSetting[];
  /** How often each cell was to be measured. */
  readonly rounds: number;
  /** Without those that `--only` left out; the last axis turns fastest. */
  readonly cells: readonly MatrixCell[];
  /** The worst of the cells. */
  readonly outcome: RunOutcome;
  /** 0, 1, 3, 4, 130 or 143. */
  readonly exitCode: number;
  /** The first sentence of the report. */
  readonly reason: string;
  readonly warnings: readonly string[];
  readonly environment: Environment;
}

/** Whether more of a metric is better. */
export function isMoreBetter(metric: MatrixMetric): boolean {
  return metric === "throughput";
}
