import { createHash } from "node:crypto";
import type { LiveRun } from "../../../measure/live-run.ts";
import type { ReportSummary } from "../../../measure/report-summary.ts";
import type { ScenarioSummary } from "../../../scenario/scenario-summary.ts";
import { style } from "../style.ts";
import { type Html, html, trusted } from "../template.ts";
import { dashboardScript } from "./dashboard-script.ts";
import { announcement, liveRun } from "./live-run.ts";
import { reportTable, scenarioTable } from "./tables.ts";

/** What the dashboard shows. */
export interface Dashboard {
  readonly run: LiveRun | undefined;
  readonly scenarios: readonly ScenarioSummary[];
  readonly reports: readonly ReportSummary[];
  /** Whether the folder of reports has an index.html. */
  readonly hasIndex: boolean;
  readonly dynoVersion: string;
}

/** The policy of the dashboard: its own script, and no address but its server. */
export const dashboardPolicy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${createHash("sha256").update(dashboardScript).digest("base64")}'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

const dashboardStyle = `
a{color:var(--i0)}.head h3{font-size:20px}.phase{display:flex;justify-content:space-between;gap:12px;margin:14px 0 6px}
progress{appearance:none;width:100%;height:8px;display:block;border:0;border-radius:4px;background:var(--grid);overflow:hidden}progress::-webkit-progress-bar{background:var(--grid)}progress::-webkit-progress-value{background:var(--i1)}progress::-moz-progress-bar{background:var(--i1)}.ended{margin:12px 0 0}
button.do{font:inherit;font-size:14px;font-weight:600;color:var(--card);background:var(--i0);border:1px solid var(--i0);border-radius:6px;padding:5px 14px;cursor:pointer}
button.do[aria-disabled=true]{opacity:.55;cursor:not-allowed}button.do.quiet{color:var(--ink);background:var(--card);border-color:var(--line)}
:focus-visible{outline:2px solid var(--i1);outline-offset:2px}
#run,#live{display:grid;gap:16px;grid-template-columns:minmax(0,1fr)}.said{display:flex;flex-wrap:wrap;gap:8px 16px;align-items:center;min-height:34px}.said h2{flex:1}.said p{margin:0}.said p.bad{flex:0 0 100%;order:1;color:var(--red)}
@media print{button.do,details:has(.set-up){display:none}}
.set-up{display:flex;flex-wrap:wrap;gap:10px 20px;margin:10px 0 4px;font-size:14px}.set-up input{font:inherit;color:var(--ink);background:var(--card);border:1px solid var(--mute);border-radius:6px;padding:3px 8px;width:110px;margin-left:8px}
.unseen,.said p:not(.bad){position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
@media(max-width:560px){.bar div{gap:12px}}
`;

/** The page of `dyno serve`: the run, the scenarios, the reports. The server draws all of it. */
export function renderDashboard({ run, scenarios, reports, hasIndex, dynoVersion }: Dashboard): string {
  const isUnderWay = run !== undefined && run.end === undefined;
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="generator" content="dyno ${dynoVersion}"><link rel="icon" href="data:,"><title>dyno serve</title><style>${trusted(style + dashboardStyle)}</style></head>
<body>${bar}<main><h1 class="unseen">dyno serve</h1>
<div id="run"><div class="said"><h2>Run</h2><p id="said" role="status" tabindex="-1">${announcement(run)}</p><button type="button" class="do quiet" id="cancel"${!isUnderWay && trusted(" hidden")}>Cancel the run</button></div><div id="live">${liveRun(run)}</div></div>
<section class="card" id="scenarios"><div class="title"><h2>Scenarios</h2><span class="sub">One run at a time: two at once would measure each other.</span></div>${options}${scenarioTable(scenarios)}</section>
<section class="card" id="reports"><div class="title"><h2>Reports</h2><span class="sub">The newest first.</span></div><div id="report-list">${reportTable(reports, hasIndex)}</div></section>
<noscript><p class="sub">Starting a run and watching it need JavaScript; the reports do not.</p></noscript>
<footer>dyno ${dynoVersion} · <a href="/metrics">metrics</a> · <a href="/api/reports">API</a></footer></main>
<script>${trusted(dashboardScript)}</script></body></html>
`.html;
}

const bar: Html = html`<nav class="bar" aria-label="Sections"><div><b>dyno</b><a href="#run">Run</a><a href="#scenarios">Scenarios</a><a href="#reports">Reports</a><span></span><button type="button" data-do="theme">Light / dark</button></div></nav>`;

const options: Html = html`<details><summary>Options of the next run</summary><div class="set-up"><label>Trials<input id="repeat" type="number" min="1" max="1000" placeholder="as in file"></label><label>Seed<input id="seed" type="number" min="0" max="4294967295" placeholder="as in file"></label></div></details>`;
