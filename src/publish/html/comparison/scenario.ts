import type { Comparison, ComparisonResult } from "../../../measure/comparison.ts";
import { comparisonTitle, effortSentence, smallestEffects } from "../../../measure/comparison-wording.ts";
import { judgedMetrics, leadingMetric, shownMetrics, summarizeChecks } from "../../comparison/verdicts.ts";
import { legendKey } from "../charts/frame.ts";
import { checksList } from "../sections/phases.ts";
import { targets } from "../sections/targets.ts";
import { type Html, html } from "../template.ts";
import { forest } from "./forest.ts";
import { comparisonLook } from "./looks.ts";
import { metricsTable } from "./metrics-table.ts";
import { pairsChart } from "./pairs-chart.ts";
import { percentileCurves } from "./percentile-curves.ts";

/** All that is known of one scenario, as a set of cards. Without charts it stays small. */
export function scenarioSection(
  result: ComparisonResult,
  comparison: Comparison,
  id: string,
  withCharts: boolean,
): Html {
  return html`<section class="set" id="${id}">${opening(result, comparison)}${withCharts && charts(comparison)}${metricsTable(comparison, `${id}-metrics`)}${targets(comparison, `${id}-targets`)}${checksList(summarizeChecks(comparison), `${id}-checks`)}</section>`;
}

function opening(result: ComparisonResult, comparison: Comparison): Html {
  const { scenario, base, candidate, reason, invalid, warnings, metrics, seed } = comparison;
  const look = comparisonLook(result.kind, comparison);
  const effects = smallestEffects(metrics);
  const notes = [...invalid, ...warnings];
  return html`<div class="card reason ${look.className}"><div class="title"><span class="pill ${look.className}">${look.icon}${look.word}</span><h2>${comparisonTitle(result, comparison)}</h2><span class="sub">${scenario.why}</span></div>
${reason !== result.reason && html`<p><b>${reason}</b></p>`}<div class="meta"><span>${base.name} <b>${base.description}</b></span><span>${candidate.name} <b>${candidate.description}</b></span>${scenario.phases.map(({ phase, summary }) => html`<span>${phase} <b>${summary}</b></span>`)}<span>seed <b>${seed}</b></span></div>
<p class="sub">${effortSentence(comparison)}${effects !== "" && ` Smallest worsening that would have been seen in 95 % of such runs: ${effects}.`}</p>${notes.length > 0 && html`<ul class="sub">${notes.map((text) => html`<li>${text}</li>`)}</ul>`}</div>`;
}

function charts(comparison: Comparison): Html {
  const plot = forest(comparison, [...judgedMetrics(comparison), ...shownMetrics(comparison)]);
  const leading = leadingMetric(comparison);
  const card =
    plot &&
    html`<section class="card"><div class="title"><h2>Difference</h2><span class="sub">interval and estimate; the zone is the margin</span><span class="legend">${legendKey("var(--green)", "better")}${legendKey("var(--red)", "worse")}${legendKey("var(--amber)", "inconclusive (hollow)")}${legendKey("var(--none)", "within the margin")}</span></div>${plot}</section>`;
  return html`${card}<div class="two">${leading && pairsChart(comparison, leading)}${percentileCurves(comparison)}</div>`;
}
