import { formatMetric } from "../measure/format-metric.ts";
import {
  type CellFigure,
  type MatrixCell,
  type MatrixMetric,
  type MatrixResult,
  matrixMetrics,
} from "../measure/matrix.ts";

/** What the columns of tables are called. */
export const columnTitles: Readonly<Record<MatrixMetric, string>> = {
  throughput: "throughput",
  p50: "p50",
  p99: "p99",
  error_rate: "errors",
  cpu_per_op: "CPU/op",
};

/** The phases of a matrix, in the order in which they ran; a cell may have phases of its own. */
export function phasesOf({ cells }: MatrixResult): readonly string[] {
  return [...new Set(cells.flatMap(({ figures }) => figures.map(({ phase }) => phase)))];
}

/** A figure of a cell; undefined where it has none. */
export function figureOf(cell: MatrixCell, metric: MatrixMetric, phase: string): CellFigure | undefined {
  return cell.figures.find((figure) => figure.metric === metric && figure.phase === phase);
}

/** The metrics that some cell has in a phase. */
export function metricsIn({ cells }: MatrixResult, phase: string): readonly MatrixMetric[] {
  return matrixMetrics.filter((metric) =>
    cells.some((cell) => figureOf(cell, metric, phase)?.value !== undefined),
  );
}

/** The value as people read it; a dash where there is none. */
export function valueText(figure: CellFigure | undefined): string {
  return figure?.value === undefined ? "–" : formatMetric(figure.value, figure.unit);
}

/** The least and the greatest of the rounds; undefined where there are no two. */
export function rangeOf({ rounds }: CellFigure): readonly [number, number] | undefined {
  return rounds.length < 2 ? undefined : [Math.min(...rounds), Math.max(...rounds)];
}

/** The greatest of the rounds by the least, `×1.04`: what a cell varies by; empty where that is not known. */
export function spreadText(figure: CellFigure | undefined): string {
  const [least, greatest] = (figure && rangeOf(figure)) ?? [0, 0];
  if (least <= 0) return "";
  const ratio = greatest / least;
  return `×${ratio < 2 ? ratio.toFixed(2) : ratio.toPrecision(2)}`;
}

/** How many targets a cell met: `2/3`; empty where none are named. */
export function targetsText({ verdicts }: MatrixCell): string {
  const met = verdicts.filter(({ outcome }) => outcome === "pass").length;
  return verdicts.length === 0 ? "" : `${met}/${verdicts.length}`;
}

/** What the mark of the best means. */
export function bestText(rounds: number): string {
  return `shown to be better than every other of its column by ${rounds} rounds, and by 1\u202f% at least (Welch's test, 5\u202f%)`;
}
