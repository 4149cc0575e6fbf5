import { formatMetric } from "../../../measure/format-metric.ts";
import {
  type MatrixCell,
  type MatrixMetric,
  type MatrixResult,
  matrixMetrics,
} from "../../../measure/matrix.ts";
import { columnTitles, figureOf, rangeOf, targetsText, valueText } from "../../matrix-words.ts";
import { heading } from "../sections/heading.ts";
import { type Html, html } from "../template.ts";
import { cellLooks } from "./looks.ts";

/** All cells of a phase, a row each, with what its rounds spread over. */
export function cellsTable(result: MatrixResult, phase: string): Html {
  const { axes, cells } = result;
  const hasTargets = cells.some(({ verdicts }) => verdicts.length > 0);
  const heads = [
    html`<th>Cell</th>`,
    ...axes.map(({ name }) => heading(name, false)),
    ...matrixMetrics.map((metric) => heading(columnTitles[metric])),
    ...(hasTargets ? [heading("targets")] : []),
    html`<th class="link">Report</th>`,
  ];
  const rows = cells.map((cell) => row(cell, phase, result, hasTargets));
  return html`<div class="scroll" tabindex="0"><table class="stack figures"><thead><tr>${heads}</tr></thead><tbody>${rows}</tbody></table></div>${cautions(result, phase)}`;
}

function row(cell: MatrixCell, phase: string, { axes }: MatrixResult, hasTargets: boolean): Html {
  const look = cellLooks[cell.outcome];
  const settings = axes.map(({ name, levels }, axis) => {
    const level = cell.levels[axis] ?? 0;
    return html`<td data-label="${name}" data-v="${level}"><b>${levels[level]}</b></td>`;
  });
  const figures = matrixMetrics.map((metric) => figureCell(cell, metric, phase));
  const targets =
    hasTargets &&
    html`<td class="r" data-label="targets met" data-v="${met(cell)}">${targetsText(cell)}</td>`;
  const link =
    cell.folder !== undefined &&
    html`<a href="${cell.folder}/report.html" aria-label="open the report of ${cell.name}">open</a>`;
  return html`<tr class="${look.className === "v-fail" && "v-fail"}"><td><span class="pill ${look.className}">${look.icon}${look.word}</span></td>${settings}${figures}${targets}<td class="link" data-label="report">${link}</td></tr>`;
}

function met({ verdicts }: MatrixCell): number {
  return verdicts.filter(({ outcome }) => outcome === "pass").length;
}

function figureCell(cell: MatrixCell, metric: MatrixMetric, phase: string): Html {
  const figure = figureOf(cell, metric, phase);
  const range = figure && rangeOf(figure);
  const spread =
    figure &&
    range &&
    range[1] > 0 &&
    html`<small>${formatMetric(range[0], figure.unit)} to ${formatMetric(range[1], figure.unit)}</small>`;
  const best = figure?.isBest === true && html` <span class="best">best</span>`;
  return html`<td class="r" data-label="${columnTitles[metric]}" data-v="${figure?.value ?? ""}"><b>${valueText(figure)}</b>${best}${spread}</td>`;
}

/** What is to be known of a column, told once. */
function cautions({ cells }: MatrixResult, phase: string): Html | false {
  const told = new Set(
    cells.flatMap(({ figures }) =>
      figures.flatMap((figure) =>
        figure.phase === phase && figure.caution !== undefined
          ? [`${columnTitles[figure.metric]} is ${figure.caution}.`]
          : [],
      ),
    ),
  );
  return told.size > 0 && html`<p class="sub">${[...told].join(" ")}</p>`;
}
