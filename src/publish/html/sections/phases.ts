import { scaleLog } from "d3-scale";
import { formatCount, formatDuration, formatRate, formatRatio } from "../../../base/units.ts";
import type { MergedPhase } from "../../../measure/merge-phases.ts";
import type { CheckResult, RunResult } from "../../../measure/result.ts";
import { decodeHistogram } from "../../../stats/histogram.ts";
import { n1 } from "../charts/frame.ts";
import { checkLook } from "../icons.ts";
import type { ReportData } from "../report-data.ts";
import { type Html, html } from "../template.ts";
import { heading } from "./heading.ts";

const latencies: readonly (readonly [name: string, quantile: number])[] = [
  ["p50", 0.5],
  ["p90", 0.9],
  ["p99", 0.99],
  ["p99.9", 0.999],
  ["max", 1],
];

/** The phases in figures. */
export function phasesTable({ phases, result }: ReportData): Html | false {
  if (phases.length === 0) return false;
  const known = phases.filter(({ response }) => response.count > 0);
  const low = Math.min(...known.map(({ response }) => Math.max(1e-3, response.quantile(0.5))), 1e9);
  const high = Math.max(...known.map(({ response }) => response.maxMicros), low * 10);
  const summaries = new Map(result.scenario.phases.map(({ phase, summary }) => [phase, summary]));
  return html`<section class="card" id="phases"><div class="title"><h2>Phases</h2><span class="sub"><span class="sorts">click a heading to sort · </span>bar: p50 to p90 to p99, line to max, dot at p99.9 (log)</span></div><div class="scroll" tabindex="0"><table class="stack"><thead><tr>${heading("Phase", false)}${heading("Count")}${heading("Rate")}${heading("Errors")}${latencies.map(([name]) => heading(name))}<th style="min-width:130px">${formatDuration(low)} to ${formatDuration(high)}</th></tr></thead><tbody>${phases.map((phase) => row(phase, summaries.get(phase.phase) ?? "", low, high))}</tbody></table></div></section>`;
}

function row(phase: MergedPhase, summary: string, low: number, high: number): Html {
  const { response, completed, failed, durationMs, loop } = phase;
  const all = completed + failed;
  const rate = (completed * 1000) / Math.max(1, durationMs);
  const latency = ([name, q]: readonly [string, number]): Html => {
    const value = response.quantile(q);
    return html`<td class="r" data-label="${name}" data-v="${Number.isNaN(value) ? "" : value}">${formatDuration(value)}</td>`;
  };
  return html`<tr><td class="line" data-v="${phase.phase}"><code><b>${phase.phase}</b></code><small>${summary}${loop === "closed" ? " · closed loop: hides queueing" : ""}</small></td><td class="r" data-label="Count" data-v="${completed}">${formatCount(completed)}</td><td class="r" data-label="Rate" data-v="${rate}">${formatRate(rate)}</td><td class="r" data-label="Errors" data-v="${failed}">${failed > 0 ? html`<b style="color:var(--red)">${formatCount(failed)}</b>` : "0"}<small>${all === 0 ? "–" : formatRatio(failed / all)}</small></td>${latencies.map(latency)}<td class="line">${rangeBar(phase, low, high)}</td></tr>`;
}

function rangeBar({ response }: MergedPhase, low: number, high: number): Html | false {
  if (response.count === 0) return false;
  const x = scaleLog([low, high], [2, 128]).clamp(true);
  const [p50 = 1, p90 = 1, p99 = 1, p999 = 1, max = 1] = response
    .quantiles([0.5, 0.9, 0.99, 0.999, 1])
    .map((value) => x(Math.max(value, 1e-3)));
  const bar = (from: number, to: number, height: number, colour: string): Html =>
    html`<rect x="${n1(from)}" y="${8 - height / 2}" width="${n1(Math.max(1, to - from))}" height="${height}" fill="${colour}"/>`;
  return html`<svg viewBox="0 0 130 16" aria-hidden="true">${bar(p50, max, 2, "var(--i2)")}${bar(p50, p99, 4, "var(--i1)")}${bar(p50, p90, 8, "var(--i0)")}<circle cx="${n1(p999)}" cy="8" r="3" fill="var(--red)"/></svg>`;
}

/** Several trials side by side, so that one that stands out is seen. */
export function trialsTable({ trials }: RunResult): Html | false {
  if (trials.length < 2) return false;
  const rows = trials.flatMap((trial) =>
    trial.phases
      .filter(({ kind }) => kind === "measured")
      .map((phase) => {
        const response = decodeHistogram(phase.response);
        const quantiles = [0.5, 0.99, 0.999].map(
          (q) =>
            html`<td class="r" data-v="${response.count === 0 ? "" : response.quantile(q)}">${formatDuration(response.quantile(q))}</td>`,
        );
        const rate = (phase.completed * 1000) / Math.max(1, phase.durationMs);
        return html`<tr><td data-v="${trial.trial}">trial ${trial.trial + 1}<small>${trial.status}</small></td><td>${phase.phase}</td><td class="r" data-v="${rate}">${formatRate(rate)}</td><td class="r" data-v="${phase.failed}">${formatCount(phase.failed)}</td>${quantiles}</tr>`;
      }),
  );
  return html`<section class="card" id="trials"><div class="title"><h2>Trials</h2><span class="sub">each in a fresh process; the figures above merge their histograms</span></div><div class="scroll" tabindex="0"><table><thead><tr>${heading("Trial", false)}${heading("Phase", false)}${["Rate", "Errors", "p50", "p99", "p99.9"].map((name) => heading(name))}</tr></thead><tbody>${rows}</tbody></table></div></section>`;
}

/** What the target found out about its own work. */
export function checksList(
  checks: readonly (CheckResult & { readonly trial?: number })[],
  id = "checks",
): Html | false {
  if (checks.length === 0) return false;
  return html`<section class="card" id="${id}"><div class="title"><h2>Checks</h2><span class="sub">what the target's work was held against afterwards</span></div><ul class="checks">${checks.map(
    ({ ok, name, detail, trial }) => {
      const { icon, word, className } = checkLook(ok);
      return html`<li><span class="pill ${className}">${icon}${word}</span><span><b>${name}</b>${trial !== undefined && ` (trial ${trial + 1})`}: ${detail}</span></li>`;
    },
  )}</ul></section>`;
}
