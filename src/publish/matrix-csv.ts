import { type MatrixCell, type MatrixResult, matrixMetrics } from "../measure/matrix.ts";
import { figureOf, phasesOf, rangeOf } from "./matrix-words.ts";

/**
 * table.csv (RFC 4180): a row for each cell and phase. Values are in base units (microseconds, operations a second, shares),
 * each with the least and the greatest of its rounds; what is not known is empty.
 */
export function renderMatrixCsv(result: MatrixResult): string {
  const heads = [
    ...result.axes.map(({ name }) => name),
    "outcome",
    "phase",
    ...matrixMetrics.flatMap((metric) => [metric, `${metric}_least`, `${metric}_greatest`]),
  ];
  const phases = phasesOf(result);
  const rows = result.cells.flatMap((cell) =>
    (cell.figures.length === 0 ? [""] : phases).map((phase) => rowOf(cell, phase, result)),
  );
  return [heads, ...rows].map((row) => `${row.map(field).join(",")}\r\n`).join("");
}

function rowOf(cell: MatrixCell, phase: string, { axes }: MatrixResult): readonly (string | number)[] {
  return [
    ...axes.map(({ levels }, axis) => levels[cell.levels[axis] ?? 0] ?? ""),
    cell.outcome,
    phase,
    ...matrixMetrics.flatMap((metric) => {
      const figure = figureOf(cell, metric, phase);
      return [figure?.value ?? "", ...((figure && rangeOf(figure)) ?? ["", ""])];
    }),
  ];
}

function field(value: string | number): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
