import type { ListedFolder } from "../../../measure/run-entry.ts";
import { entrySchemaVersion } from "../../../measure/run-entry.ts";
import { renderPage } from "../page.ts";
import { tallyBar } from "../sections/head.ts";
import { type Html, html, trusted } from "../template.ts";
import { filtersForm } from "./filters.ts";
import { indexScript } from "./index-script.ts";
import { indexStyle, styleWithoutScript } from "./index-style.ts";
import { entryLooks } from "./looks.ts";
import { countOf, type IndexData, indexData } from "./page-data.ts";
import { runsTable } from "./runs-table.ts";

/** By this an index.html is known as ours: another one is never written over. */
export const indexMark = '<header class="head" id="top" data-page="dyno-index">';

/** What an index is made of. */
export interface IndexContent {
  readonly folders: readonly ListedFolder[];
  /** Names of the pages of `dyno trend` beside the index. */
  readonly trends: readonly string[];
  /** How many older folders are not in it. */
  readonly leftOut: number;
  readonly dynoVersion: string;
}

/**
 * The list of all runs as one HTML file: no network, a readable table with working links without JavaScript; with it,
 * filters, trends, and any two runs side by side. The same content gives the same bytes.
 */
export function renderIndex(content: IndexContent): string {
  const data = indexData(content.folders);
  return renderPage({
    title: `${countOf(data.runs.length, "run")} · reports`,
    dynoVersion: content.dynoVersion,
    schemaVersion: entrySchemaVersion,
    links: [
      ["runs", "Runs"],
      ["trend-pages", "Trend pages"],
      ["unreadable", "Unreadable"],
    ],
    sections: html`<noscript><style>${trusted(styleWithoutScript)}</style></noscript>${symbols()}<div id="list" class="set">${head(data, content)}${data.runs.length === 0 ? nothingYet() : listOf(data)}${trendPages(content.trends)}${unreadable(content.folders)}</div><section id="compare" class="set" aria-labelledby="compare-title" hidden></section>`,
    data: { name: "runs", heads: [], rows: [], result: data },
    moreStyle: indexStyle,
    moreScript: indexScript(),
  });
}

function head({ runs, machines }: IndexData, { leftOut }: IndexContent): Html {
  const scenarios = new Set(runs.map(({ scenario }) => scenario)).size;
  const classes = new Set(machines.map((machine) => machine.class)).size;
  const [newest, oldest] = [runs[0], runs.at(-1)].map((run) => run?.at.slice(0, 10));
  const span =
    newest !== undefined && html`<span>${oldest === newest ? newest : `${oldest} to ${newest}`}</span>`;
  const tally = entryLooks.map(({ className, word }) => ({
    className,
    word: word.toLowerCase(),
    count: runs.filter(({ outcome }) => outcome === word).length,
  }));
  const older = leftOut > 0 && html`<span>${countOf(leftOut, "older folder")} not listed</span>`;
  return html`${trusted(indexMark)}<div class="grow"><h1>Reports</h1><div class="meta"><span><b>${countOf(runs.length, "run")}</b></span><span><b>${countOf(scenarios, "scenario")}</b></span><span><b>${countOf(classes, "machine class", "machine classes")}</b></span>${span}${older}</div></div>${tallyBar(tally)}</header>`;
}

function nothingYet(): Html {
  return html`<section class="card" id="runs"><p>No runs are here yet. <code>npx dyno run quickstart</code> makes the first.</p></section>`;
}

function listOf(data: IndexData): Html {
  return html`${filtersForm(data)}<section class="card" id="trends" hidden></section>${runsTable(data)}<div class="card picked" id="picked" role="region" aria-label="Runs to compare" hidden></div>`;
}

function trendPages(trends: readonly string[]): Html | false {
  if (trends.length === 0) return false;
  return html`<section class="card" id="trend-pages"><div class="title"><h2>Trend pages</h2><span class="sub">by <code>dyno trend</code></span></div><ul>${trends.map((file) => html`<li><a href="${encodeURIComponent(file)}">${file.replace(/^trend-|\.html$/g, "")}</a></li>`)}</ul></section>`;
}

function unreadable(folders: readonly ListedFolder[]): Html | false {
  const broken = folders.filter(({ problem }) => problem !== undefined);
  if (broken.length === 0) return false;
  return html`<section class="card" id="unreadable"><div class="title"><h2>Unreadable</h2><span class="sub">${countOf(broken.length, "folder")} that could not be listed</span></div><ul>${broken.map(({ folder, problem }) => html`<li><b>${folder}</b>: ${problem}</li>`)}</ul></section>`;
}

/** The icons of outcomes, once for all rows. */
function symbols(): Html {
  return html`<svg class="symbols" aria-hidden="true">${entryLooks.map(({ icon }, i) => html`<symbol id="look-${i}" viewBox="0 0 16 16">${icon}</symbol>`)}</svg>`;
}
