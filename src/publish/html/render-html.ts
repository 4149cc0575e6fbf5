import { formatDuration } from "../../base/units.ts";
import type { RunResult } from "../../measure/result.ts";
import { seriesKey as key } from "./charts/frame.ts";
import { heatMap } from "./charts/heat-map.ts";
import { latencyOverTime } from "./charts/latency-over-time.ts";
import { curvePhase, percentileCurve } from "./charts/percentiles.ts";
import { throughputChart } from "./charts/throughput.ts";
import { renderPage } from "./page.ts";
import { measuredRows, prepareReport, type ReportData } from "./report-data.ts";
import { embeddedRun } from "./run-data.ts";
import { errorsTable } from "./sections/errors.ts";
import { faultsTable } from "./sections/faults.ts";
import { head, reason } from "./sections/head.ts";
import { networkSection } from "./sections/network.ts";
import { checksList, phasesTable, trialsTable } from "./sections/phases.ts";
import { environment, reproduce } from "./sections/reproduce.ts";
import { resources } from "./sections/resources.ts";
import { targets } from "./sections/targets.ts";
import { tiles } from "./sections/tiles.ts";
import { type Html, html } from "./template.ts";

/**
 * The report of a run as one HTML file: no network, no fonts, no images; it reads well without JavaScript, on paper and
 * on a phone. The same result gives the same bytes.
 */
export function renderHtml(result: RunResult): string {
  const data = prepareReport(result);
  const links = [
    ["targets", "Targets"],
    ["time", "Over time"],
    ["network", "Breakers"],
    ["faults", "Faults"],
    ["phases", "Phases"],
    ["errors", "Errors"],
    ["resources", "Resources"],
    ["reproduce", "Reproduce"],
    ["environment", "Environment"],
  ] as const;
  return renderPage({
    title: `${result.outcome} · ${result.scenario.name}`,
    dynoVersion: result.environment.dynoVersion,
    schemaVersion: result.schemaVersion,
    links,
    sections: body(data),
    data: embeddedRun(data),
  });
}

function body(data: ReportData): Html {
  const { result } = data;
  const checks = result.trials.flatMap(({ trial, checks }) =>
    checks.map((check) => (result.trials.length > 1 ? { ...check, trial } : check)),
  );
  const hasCourse = data.rows.length > 0;
  return html`${head(result)}${reason(result)}${tiles(data)}${targets(result)}${hasCourse && course(data)}${networkSection(data)}${faultsTable(data)}${phasesTable(data)}${trialsTable(result)}${errorsTable(result)}${checksList(checks)}${resources(data)}${reproduce(result.command, [result.scenario])}${environment(result.environment, [["Seed", String(result.scenario.seed)]])}`;
}

function course(data: ReportData): Html {
  const lengthMs = (measuredRows(data)[0] ?? data.rows[0])?.lengthMs ?? 0;
  const trial =
    data.result.trials.length > 1
      ? `trial ${(data.trial?.trial ?? 0) + 1} of ${data.result.trials.length}, `
      : "";
  const curve = curvePhase(data);
  const left = (data.trial?.timeline.length ?? 0) - data.rows.length;
  const thinned =
    left > 0 ? `, of which those with the lowest and highest p99 and the most errors are drawn` : "";
  return html`<section class="card" id="time"><div class="title"><h2>Latency over time</h2><span class="sub">${trial}from when operations were due, intervals of ${formatDuration(Math.round(lengthMs / 10) * 10_000)}${thinned}, log scale<span class="hint"> · drag to zoom</span></span><span class="legend">${key("p99.9", "var(--i2)", "p99.9")}${key("p99", "var(--i1)", "p99")}${key("p90-p99", "var(--b2)", "p90 to p99", true)}${key("p50-p90", "var(--b1)", "p50 to p90", true)}${key("p50", "var(--i0)", "p50")}</span></div>${latencyOverTime(data)}</section>
<div class="two"><section class="card"><div class="title"><h2>Throughput</h2><span class="sub">offered and achieved</span><span class="legend">${key("offered", "var(--grey)", "offered")}${key("achieved", "var(--teal)", "achieved")}${key("gap", "var(--redsoft)", "gap", true)}${key("errors", "var(--red)", "errors", true)}</span></div>${throughputChart(data)}</section>
<section class="card"><div class="title"><h2>Latency by percentile</h2><span class="sub">${curve === undefined ? "" : `phase ${curve.phase}`}</span><span class="legend">${key("response", "var(--i0)", "response")}${curve?.loop === "open" && key("service", "var(--grey)", "service")}</span></div>${percentileCurve(data)}</section></div>
<section class="card"><div class="title"><h2>Latency heat map</h2><span class="sub">share of the operations of each moment</span></div>${heatMap(data)}</section>`;
}
