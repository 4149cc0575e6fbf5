import { formatDuration } from "../../../base/units.ts";
import { formatMetric } from "../../../measure/format-metric.ts";
import { heading } from "../sections/heading.ts";
import { type Html, html } from "../template.ts";
import { kindNames } from "./looks.ts";
import { countOf, type IndexData, type PageFigure, type PageRun } from "./page-data.ts";

const shown = [
  ["throughput", "Throughput"],
  ["p50", "p50"],
  ["p99", "p99"],
  ["error_rate", "Errors"],
] as const;

/** All runs, newest first. The script adds what takes one: boxes to choose by, and drawings. */
export function runsTable(data: IndexData): Html {
  const heads = shown.map(([, name]) => heading(name));
  return html`<section class="card" id="runs"><div class="title"><h2>Runs</h2><span class="sub">newest first; figures of the main phase</span><output class="sub" id="count">${countOf(data.runs.length, "run")}</output></div><div class="scroll" tabindex="0"><table class="stack runs fresh"><thead><tr>${heading("Outcome", false)}${heading("Scenario", false)}${heading("Code", false)}${heading("When", false)}${heads}</tr></thead><tbody>${data.runs.map((run) => row(data, run))}</tbody></table></div><p id="more" hidden><button type="button" data-act="all"></button></p><p id="none" hidden>No run matches. <button type="button" data-act="clear">Clear the filters</button></p></section>`;
}

function row(data: IndexData, run: PageRun): Html {
  const { scenario, kind, phase, variant, branch, revision, at, tookMs, href } = run;
  const detail = [kindNames[kind], phase, variant].filter((text) => text !== "").join(" · ");
  const code = branch === "" ? html`–` : html`${branch}`;
  return html`<tr><td><span class="pill ${run.look}"><svg aria-hidden="true"><use href="#look-${run.icon}"/></svg>${run.outcome}</span></td><td class="whole"><a href="${href}">${scenario}</a><small>${detail}</small></td><td data-label="Code">${code}<small>${revision}</small></td><td data-label="When" data-v="${Date.parse(at)}">${at.slice(0, 10)} ${at.slice(11, 16)}<small>took ${formatDuration(tookMs * 1000)}</small></td>${shown.map(([metric, label]) => figureCell(label, data, figureOf(data, run, metric)))}</tr>
`;
}

/** The figure of the main phase. */
function figureOf({ metrics }: IndexData, { figures, phase }: PageRun, name: string): PageFigure | undefined {
  return figures.find(([place]) => metrics[place]?.metric === name && metrics[place]?.phase === phase);
}

function figureCell(label: string, { metrics }: IndexData, figure: PageFigure | undefined): Html {
  const unit = figure === undefined ? undefined : metrics[figure[0]]?.unit;
  // An empty cell is left out on a phone.
  if (figure === undefined || unit === undefined) return html`<td class="r"></td>`;
  const [, value, , , change] = figure;
  return html`<td class="r" data-label="${label}" data-v="${value}">${formatMetric(value, unit)}${change !== "" && html`<small>${change}</small>`}</td>`;
}
