import { type Gauge, Registry } from "prom-client";
import type { MatrixCell, MatrixResult } from "../measure/matrix.ts";
import { rangeOf } from "./matrix-words.ts";
import { gaugesOf, setState, toBaseUnit } from "./prometheus-gauges.ts";

type FigureLabel = "scenario" | "cell" | "phase" | "metric";

interface MatrixMetrics {
  readonly registry: Registry;
  readonly status: Gauge<"scenario" | "cell" | "status">;
  readonly value: Gauge<FigureLabel>;
  readonly range: Gauge<FigureLabel | "bound">;
  readonly best: Gauge<FigureLabel>;
  readonly lastCompletion: Gauge<"scenario">;
  readonly buildInfo: Gauge<"version" | "node_version">;
}

/** metrics.prom of a matrix: what each cell came to, and its figures in base units, by scenario and cell. */
export function renderMatrixMetrics(result: MatrixResult): Promise<string> {
  const metrics = createMetrics();
  const { environment, cells } = result;
  const scenario = result.scenario.name;
  for (const cell of cells) addCell(metrics, scenario, cell);
  metrics.lastCompletion.set({ scenario }, (Date.parse(result.startedAt) + result.durationMs) / 1000);
  metrics.buildInfo.set({ version: environment.dynoVersion, node_version: environment.node }, 1);
  return metrics.registry.metrics();
}

const outcomes = [
  "pass",
  "fail",
  "inconclusive",
  "invalid",
  "setup_failed",
  "interrupted",
  "impossible",
] as const;

function addCell(metrics: MatrixMetrics, scenario: string, cell: MatrixCell): void {
  setState(metrics.status, { scenario, cell: cell.name }, "status", outcomes, cell.outcome);
  for (const figure of cell.figures) {
    if (figure.value === undefined) continue;
    const labels = { scenario, cell: cell.name, phase: figure.phase, metric: figure.metric };
    const scale = toBaseUnit[figure.unit];
    metrics.value.set(labels, figure.value * scale);
    metrics.best.set(labels, figure.isBest ? 1 : 0);
    const range = rangeOf(figure);
    if (range === undefined) continue;
    metrics.range.set({ ...labels, bound: "low" }, range[0] * scale);
    metrics.range.set({ ...labels, bound: "high" }, range[1] * scale);
  }
}

function createMetrics(): MatrixMetrics {
  const registry = new Registry();
  const gauge = gaugesOf(registry);
  const figure = ["scenario", "cell", "phase", "metric"] as const;
  return {
    registry,
    status: gauge("dyno_matrix_cell_status", "1 for what the cell came to, 0 for the others.", [
      "scenario",
      "cell",
      "status",
    ]),
    value: gauge("dyno_matrix_value", "Measured value over all rounds, in base units.", figure),
    range: gauge("dyno_matrix_range", "Least and greatest of the rounds, in base units.", [
      ...figure,
      "bound",
    ]),
    best: gauge("dyno_matrix_best", "1 where this is shown to be the best of all cells, else 0.", figure),
    lastCompletion: gauge("dyno_matrix_last_completion_timestamp_seconds", "When the matrix was measured.", [
      "scenario",
    ]),
    buildInfo: gauge("dyno_build_info", "Always 1; the labels tell the versions.", [
      "version",
      "node_version",
    ]),
  };
}
