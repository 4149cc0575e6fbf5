import { formatDuration } from "../../../base/units.ts";
import type { ReportSummary } from "../../../measure/report-summary.ts";
import type { ScenarioSummary } from "../../../scenario/scenario-summary.ts";
import { type Html, html } from "../template.ts";
import { lookOf } from "./looks.ts";

/** The scenarios that can be run, each with its button. */
export function scenarioTable(scenarios: readonly ScenarioSummary[]): Html {
  if (scenarios.length === 0)
    return html`<p class="sub">There are no scenarios in this folder. Put one into scenarios/, such as scenarios/steady.yaml.</p>`;
  return html`<div class="scroll" tabindex="0"><table class="stack"><thead><tr><th>Scenario</th><th>What it is for</th><th>Load</th><th class="r">Lasts up to</th><th><span class="unseen">Run</span></th></tr></thead><tbody>${scenarios.map(scenarioRow)}</tbody></table></div>`;
}

function scenarioRow({ id, file, scenario, problems }: ScenarioSummary): Html {
  if (scenario === undefined) {
    const look = lookOf("fail", 1);
    return html`<tr><td><b>${id}</b><small>${file}</small></td><td class="line" colspan="4"><span class="pill ${look.className}">${look.icon}${problems} wrong</span> <code>npx dyno lint ${file}</code></td></tr>`;
  }
  const { name, why, target, phases, upToMs } = scenario;
  return html`<tr><td><b>${name}</b><small>${target}</small></td><td class="line why">${why}</td><td class="line" data-label="Load">${phases.map((phase) => html`<small>${phase}</small>`)}</td><td class="r most" data-label="Lasts up to">${formatDuration(upToMs * 1000)}</td><td class="r end"><button type="button" class="do" data-run="${id}" aria-label="Run ${name}">Run</button></td></tr>`;
}

/** The newest reports, with what each came to. */
export function reportTable(reports: readonly ReportSummary[], hasIndex: boolean): Html {
  if (reports.length === 0)
    return html`<p class="sub">There are no reports yet. Each run, gate, comparison and tuning leaves one.</p>`;
  const index =
    hasIndex &&
    html`<p class="sub"><a href="/reports/index.html">All reports, with filters and comparisons</a></p>`;
  return html`${index}<div class="scroll" tabindex="0"><table class="stack"><thead><tr><th>Verdict</th><th>Report</th><th>Why</th><th class="r">Begun</th><th class="r">Took</th></tr></thead><tbody>${reports.map(reportRow)}</tbody></table></div>`;
}

function reportRow({ folder, kind, name, hasPage, ...report }: ReportSummary): Html {
  const look = lookOf(report.outcome, report.exitCode);
  const title = hasPage
    ? html`<a href="/reports/${encodeURIComponent(folder)}/report.html${report.anchor}"><b>${name}</b></a>`
    : html`<b>${name}</b>`;
  const begun = html`${report.startedAt.slice(0, 10)}<small>${report.startedAt.slice(11, 16)} UTC</small>`;
  return html`<tr><td><span class="pill ${look.className}">${look.icon}${look.word}</span></td><td class="most">${title}<small>${kind}</small></td><td class="line why">${report.reason}</td><td class="r most" data-label="Begun">${begun}</td><td class="r" data-label="Took">${formatDuration(report.durationMs * 1000)}</td></tr>`;
}
