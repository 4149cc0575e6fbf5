import { formatMetric } from "../../../measure/format-metric.ts";
import type { MatrixCell, MatrixMetric, MatrixResult } from "../../../measure/matrix.ts";
import { crossLevels } from "../../../scenario/matrix-cells.ts";
import { columnTitles, figureOf, metricsIn, spreadText, valueText } from "../../matrix-words.ts";
import { outcomeLooks } from "../icons.ts";
import { type Html, html } from "../template.ts";
import { cellLooks } from "./looks.ts";
import { type Ramp, rampOf, shades } from "./ramp.ts";

/** What a heat map is of. */
interface Subject {
  readonly result: MatrixResult;
  readonly metric: MatrixMetric;
  readonly phase: string;
  /** Absent where no cell has a sound value. */
  readonly ramp: Ramp | undefined;
}

/** The heat maps of a phase: one metric at a time, chosen by radio buttons that need no script. On paper all are shown. */
export function heatMaps(result: MatrixResult, phase: string, id: string): Html {
  const metrics = metricsIn(result, phase);
  const shown = metrics.includes("p50") ? "p50" : metrics[0];
  const inputs = metrics.map(
    (metric) =>
      html`<input type="radio" name="${id}" id="${`${id}-${metric}`}"${metric === shown && html` checked`}><label for="${`${id}-${metric}`}">${columnTitles[metric]}</label>`,
  );
  const panels = metrics.map((metric) =>
    panel({ result, metric, phase, ramp: rampOf(result.cells, metric, phase) }),
  );
  return html`<fieldset class="pick"><legend>Metric of the heat map</legend>${inputs}${panels}</fieldset>`;
}

function panel(subject: Subject): Html {
  return html`<div class="panel">${rampLegend(subject)}<div class="maps">${mapsOf(subject)}</div></div>`;
}

const worse: Readonly<Record<MatrixMetric, string>> = {
  throughput: "slower",
  p50: "slower",
  p99: "slower",
  error_rate: "more errors",
  cpu_per_op: "more CPU",
};

function rampLegend({ result, metric, phase, ramp }: Subject): Html {
  const unit =
    result.cells.map((cell) => figureOf(cell, metric, phase)).find((figure) => figure)?.unit ?? "count";
  const colours = Array.from({ length: shades }, (_, i) => html`<i class="q${i + 1}"></i>`);
  const isUnsound = result.cells.some(({ isSound }) => !isSound);
  const unsound = isUnsound && html`<i class="hatch"></i><span>no figure to compare</span>`;
  const scale =
    ramp &&
    html`<span>${formatMetric(ramp.best, unit)}</span><s aria-hidden="true">${colours}</s><span>${formatMetric(ramp.worst, unit)}</span><span><span class="way"></span> = ${worse[metric]}</span>`;
  return html`<div class="ramp"><b>${columnTitles[metric]}</b>${scale}${unsound}</div>`;
}

/** One for each combination of the further settings that has a cell. */
function mapsOf(subject: Subject): Html[] {
  const { axes, cells } = subject.result;
  const further = axes.slice(2);
  return crossLevels(
    further.map(({ levels }) => ({ levels: levels.map((text) => ({ text, overrides: [] })) })),
  )
    .map((levels) => ({
      title: further.map(({ name, levels: texts }, i) => `${name}=${texts[levels[i] ?? 0]}`).join(" "),
      those: cells.filter((cell) => levels.every((level, i) => cell.levels[i + 2] === level)),
    }))
    .filter(({ those }) => those.length > 0)
    .map(({ title, those }) => map(title, those, subject));
}

/** Rows by the first setting and columns by the second; a single setting has one row. */
function map(title: string, cells: readonly MatrixCell[], subject: Subject): Html {
  const [first, second] = subject.result.axes;
  const caption = title !== "" && html`<caption>${title}</caption>`;
  const heads = present(second === undefined ? 0 : 1, subject);
  const corner =
    second === undefined ? first?.name : html`<span>${first?.name} ↓</span> <span>${second.name} →</span>`;
  const rowOf = (text: string, row: readonly MatrixCell[]): Html =>
    html`<tr><th scope="row">${text}</th>${heads.map(({ level }) =>
      cellOf(
        row.find((cell) => cell.levels[second === undefined ? 0 : 1] === level),
        subject,
      ),
    )}</tr>`;
  const rows =
    second === undefined
      ? rowOf(columnTitles[subject.metric], cells)
      : html`${present(0, subject).map(({ text, level }) =>
          rowOf(
            text,
            cells.filter((cell) => cell.levels[0] === level),
          ),
        )}`;
  const width = headPixels + heads.length * cellPixels;
  return html`<div class="scroll" tabindex="0"><table class="map" style="min-width:${width}px">${caption}<thead><tr><th class="corner">${corner}</th>${heads.map(({ text }) => html`<th scope="col">${text}</th>`)}</tr></thead><tbody>${rows}</tbody></table></div>`;
}

/** Below these a map scrolls inside its card. */
const headPixels = 120;
const cellPixels = 92;

/** The levels of an axis that some cell has: `--only` leaves others out. */
function present(
  axis: number,
  { result }: Subject,
): readonly { readonly text: string; readonly level: number }[] {
  const levels = result.axes[axis]?.levels ?? [];
  return levels
    .map((text, level) => ({ text, level }))
    .filter(({ level }) => result.cells.some((cell) => cell.levels[axis] === level));
}

const longestReason = 90;

function cellOf(cell: MatrixCell | undefined, { metric, phase, ramp }: Subject): Html {
  if (cell === undefined) return html`<td></td>`;
  const figure = figureOf(cell, metric, phase);
  if (!cell.isSound || figure?.value === undefined || ramp === undefined) {
    const { word, icon } = cellLooks[cell.outcome];
    const reason = cell.isSound ? "too few operations to tell" : cell.reason;
    const short = reason.length > longestReason ? `${reason.slice(0, longestReason)}…` : reason;
    return html`<td class="hatch" title="${reason}"><b>${icon}${cell.isSound ? "–" : word}</b><small>${short}</small></td>`;
  }
  const failed =
    cell.outcome === "fail" &&
    html`<span role="img" aria-label="a target failed">${outcomeLooks.fail.icon}</span>`;
  const best = figure.isBest && html` <span class="best">best</span>`;
  return html`<td class="q${ramp.shadeOf(figure.value)}">${failed}<b>${valueText(figure)}</b>${best}<small>${spreadText(figure)}</small></td>`;
}
