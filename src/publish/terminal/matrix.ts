import {
  type CellOutcome,
  type MatrixCell,
  type MatrixMetric,
  type MatrixResult,
  matrixMetrics,
} from "../../measure/matrix.ts";
import {
  bestText,
  columnTitles,
  figureOf,
  phasesOf,
  spreadText,
  targetsText,
  valueText,
} from "../matrix-words.ts";
import { bullets, fileLines, type SummaryPaths } from "./blocks.ts";
import { type Colours, outcomeWord } from "./symbols.ts";
import { renderTable } from "./table.ts";

/** A matrix as text for a terminal: the verdict first, then a table of the cells for each phase, and what went wrong in which. */
export function renderMatrixSummary(result: MatrixResult, paths: SummaryPaths, colours: Colours): string {
  const phases = phasesOf(result);
  const hasBest = result.cells.some(({ figures }) => figures.some(({ isBest }) => isBest));
  const hasSpread = result.cells.some(({ figures }) => figures.some((figure) => spreadText(figure) !== ""));
  const legend = [
    ...(hasSpread ? [`× the greatest of the ${result.rounds} rounds by the least`] : []),
    ...(hasBest ? [`* ${bestText(result.rounds)}`] : []),
  ];
  const parts = [
    `${outcomeWord(result.outcome, colours)}  ${colours.bold(result.scenario.name)}  ${result.reason}`,
    ...phases.map((phase) => phaseTable(result, phase, phases.length > 1, colours)),
    legend.map((line) => `  ${colours.dim(line)}`).join("\n"),
    bullets(troubles(result), colours.yellow("!")),
    bullets(result.warnings, colours.yellow("!")),
    fileLines(result.command, paths, colours),
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

function phaseTable(result: MatrixResult, phase: string, isNamed: boolean, colours: Colours): string {
  const { axes, cells } = result;
  const heads = [
    "",
    ...axes.map(({ name }) => name),
    ...matrixMetrics.flatMap((metric) => [columnTitles[metric], ""]),
    cells.some(({ verdicts }) => verdicts.length > 0) ? "targets" : "",
  ];
  const rows = cells.map((cell) => [
    mark(cell.outcome, colours),
    ...axes.map(({ levels }, axis) => levels[cell.levels[axis] ?? 0] ?? ""),
    ...matrixMetrics.flatMap((metric) => figureCells(cell, metric, phase, colours)),
    targetsText(cell),
  ]);
  const table = renderTable(heads, axes.length + 1, rows, colours);
  return isNamed ? `  ${colours.bold(phase)}\n${table}` : table;
}

function mark(outcome: CellOutcome, colours: Colours): string {
  if (outcome === "pass") return colours.green("✓");
  if (outcome === "fail" || outcome === "setup_failed") return colours.red("✗");
  return outcome === "impossible" ? colours.dim("–") : colours.yellow("?");
}

/** A value and its spread; figures that cannot be held against others are dim. */
function figureCells(cell: MatrixCell, metric: MatrixMetric, phase: string, colours: Colours): string[] {
  const figure = figureOf(cell, metric, phase);
  const text = valueText(figure);
  const shown = figure?.isBest === true ? colours.bold(`*${text}`) : cell.isSound ? text : colours.dim(text);
  return [shown, colours.dim(spreadText(figure))];
}

const mostTroubles = 12;

function troubles({ cells }: MatrixResult): string[] {
  const those = cells.filter(({ outcome }) => outcome !== "pass" && outcome !== "impossible");
  const lines = those.slice(0, mostTroubles).map(({ name, reason }) => `${name}: ${reason}`);
  const rest = those.length - lines.length;
  return rest > 0 ? [...lines, `and ${rest} more cells`] : lines;
}
