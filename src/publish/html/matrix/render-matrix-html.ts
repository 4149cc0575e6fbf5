import type { MatrixResult } from "../../../measure/matrix.ts";
import { bestText, phasesOf } from "../../matrix-words.ts";
import { outcomeLooks } from "../icons.ts";
import { renderPage } from "../page.ts";
import { headOf, reasonOf, tallyOf } from "../sections/head.ts";
import { environment, reproduce } from "../sections/reproduce.ts";
import { type Html, html } from "../template.ts";
import { cellsTable } from "./cells-table.ts";
import { heatMaps } from "./heat-maps.ts";
import { cellLooks } from "./looks.ts";
import { notes } from "./notes.ts";
import { matrixStyle } from "./style.ts";

/**
 * The report of a matrix as one HTML file: no network, no fonts, no images; it reads well without JavaScript, on paper and
 * on a phone. The reports of its cells lie beside it. The same result gives the same bytes.
 */
export function renderMatrixHtml(result: MatrixResult): string {
  const phases = phasesOf(result);
  return renderPage({
    title: `${result.outcome} · ${result.scenario.name} · matrix`,
    dynoVersion: result.environment.dynoVersion,
    schemaVersion: result.schemaVersion,
    links: [
      ["heat", "Heat map"],
      ["cells", "Cells"],
      ["notes", "Notes"],
      ["reproduce", "Reproduce"],
      ["environment", "Environment"],
    ],
    sections: html`${head(result)}${reason(result)}${phases.map((phase, i) => phaseSections(result, phase, i))}${notes(result)}${reproduce(result.command, [result.scenario])}${environment(result.environment, [["Seed", String(result.seed)]])}`,
    moreStyle: matrixStyle,
    data: { name: `matrix-${result.scenario.name}`, heads: [], rows: [], result },
  });
}

function head(result: MatrixResult): Html {
  const { cells, rounds, axes, scenario } = result;
  return headOf({
    ...result,
    look: outcomeLooks[result.outcome],
    title: `Matrix · ${scenario.name}`,
    facts: [
      html`<span><b>${axes.map(({ name }) => name).join(" × ")}</b></span>`,
      html`<span><b>${cells.length}</b> ${cells.length === 1 ? "cell" : "cells"}</span>`,
      html`<span><b>${rounds}</b> ${rounds === 1 ? "round" : "rounds"}</span>`,
    ],
    tally: tallyOf(cells.map(({ outcome }) => cellLooks[outcome])),
  });
}

function reason(result: MatrixResult): Html {
  return reasonOf({
    ...result,
    look: outcomeLooks[result.outcome],
    why: result.scenario.why,
    invalid: [],
  });
}

function phaseSections(result: MatrixResult, phase: string, i: number): Html {
  const id = (name: string): string => (i === 0 ? name : `${name}-${i + 1}`);
  const of = phaseText(result, phase);
  const isBestKnown = result.cells.some(({ figures }) =>
    figures.some((figure) => figure.phase === phase && figure.isBest),
  );
  const best = isBestKnown && html`; <b>best</b>: ${bestText(result.rounds)}`;
  const spread = result.rounds > 1 && "; below each value the least and the greatest of its rounds";
  const factor = result.rounds > 1 && "; × is the greatest of the rounds by the least";
  return html`<section class="card" id="${id("heat")}"><div class="title"><h2>Heat map</h2><span class="sub">${of}${factor}</span></div>${heatMaps(result, phase, id("map"))}</section>
<section class="card" id="${id("cells")}"><div class="title"><h2>Cells</h2><span class="sub">${of}${spread}${best}</span></div>${cellsTable(result, phase)}</section>`;
}

/** The load in words, unless it is crossed itself. */
function phaseText({ scenario, axes }: MatrixResult, phase: string): string {
  const summary = scenario.phases.find((one) => one.phase === phase)?.summary;
  const isCrossed = axes.some(({ path }) => path.startsWith("load."));
  return summary === undefined || isCrossed ? `phase ${phase}` : `phase ${phase}: ${summary}`;
}
