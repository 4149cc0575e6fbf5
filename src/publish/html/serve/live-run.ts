import { formatCount, formatDuration, formatRate } from "../../../base/units.ts";
import type { LivePhase, LivePoint, LiveRun } from "../../../measure/live-run.ts";
import { type Tile, tileRow } from "../sections/tiles.ts";
import { type Html, html } from "../template.ts";
import { liveLatency, liveThroughput } from "./live-charts.ts";
import { runLook } from "./looks.ts";

/** The run under way, or the latest one: what it does, its figures and their course, and at its end the verdict. */
export function liveRun(run: LiveRun | undefined): Html {
  if (run === undefined)
    return html`<section class="card"><p class="sub" style="margin:0">No run was started yet. Choose a scenario below.</p></section>`;
  const look = runLook(run);
  const begun = html`<span>begun <b>${run.startedAt.slice(11, 19)} UTC</b></span>`;
  const trial = run.trial !== undefined && run.trial.of > 1;
  const head = html`<div class="head"><div class="badge ${look.className}">${look.icon}<span><b>${look.word}</b><small>${run.end === undefined ? "not judged yet" : `exit code ${run.end.exitCode}`}</small></span></div><div class="grow"><h3>${run.scenario}</h3><div class="meta">${begun}${trial && html`<span>trial <b>${run.trial?.number} of ${run.trial?.of}</b></span>`}${run.note !== "" && html`<span>${run.note}</span>`}</div></div></div>`;
  const courses =
    run.points.length > 0 &&
    html`${run.end === undefined && figures(run.points)}<div class="two">${liveThroughput(run.points)}${liveLatency(run.points)}</div>`;
  return html`<section class="card ${look.className}">${head}${run.end === undefined ? progress(run) : verdict(run.end)}</section>${courses}`;
}

/** What is said aloud of a run; it changes with its phases, and not with its figures. */
export function announcement(run: LiveRun | undefined): string {
  if (run === undefined) return "";
  const { scenario, phase, fault, end } = run;
  if (end !== undefined) return `${scenario}: ${runLook(run).word}, exit code ${end.exitCode}.`;
  if (run.state === "cancelling") return `${scenario}: ending early; the report is being written.`;
  if (fault !== undefined) return `${scenario}: ${fault}.`;
  return phase === undefined ? `${scenario}: setting up.` : `${scenario}: ${phaseTitle(phase)}.`;
}

function phaseTitle({ phase, kind, summary }: LivePhase): string {
  return kind === "warmup" ? `warm-up, ${summary}` : `${phase}, ${summary}`;
}

function progress({ phase, fault }: LiveRun): Html {
  if (phase === undefined) return html`<p class="sub">Setting up.</p>`;
  const { doneMs, durationMs } = phase;
  const done = Math.min(doneMs, durationMs);
  const time = `${formatDuration(done * 1000)} of ${formatDuration(durationMs * 1000)}`;
  return html`<div class="phase"><span>${phaseTitle(phase)}</span><span class="sub">${time}</span></div><progress max="${Math.round(durationMs)}" value="${Math.round(done)}" aria-label="Progress of the phase">${time}</progress>${fault !== undefined && html`<p class="sub">${fault}</p>`}`;
}

function verdict({ reason, folder }: NonNullable<LiveRun["end"]>): Html {
  const isLong = reason.includes("\n");
  const text = isLong ? html`<pre tabindex="0">${reason}</pre>` : html`<p class="ended">${reason}</p>`;
  return html`${text}${folder !== undefined && html`<p class="ended"><a id="open-report" href="/reports/${encodeURIComponent(folder)}/report.html">Open the report</a></p>`}`;
}

function figures(points: readonly LivePoint[]): Html {
  const last = points.at(-1);
  if (last === undefined) return html``;
  const rate = (perSec: number): string => formatRate(perSec).replace("/s", " /s");
  const course = (read: (point: LivePoint) => number): number[] => points.map(read);
  const answered = points.filter(({ completedPerSec }) => completedPerSec > 0);
  const latency = (read: (point: LivePoint) => number): string =>
    formatDuration(last.completedPerSec > 0 ? read(last) : Number.NaN);
  const shown: Tile[] = [
    {
      name: "Achieved",
      figure: rate(last.completedPerSec),
      note: `of ${formatRate(last.offeredPerSec)} offered`,
      isBad: false,
      values: course(({ completedPerSec }) => completedPerSec),
    },
    {
      name: "Latency p50",
      figure: latency(({ p50 }) => p50),
      note: "latest interval",
      isBad: false,
      values: answered.map(({ p50 }) => p50),
    },
    {
      name: "Latency p99",
      figure: latency(({ p99 }) => p99),
      note: "latest interval",
      isBad: false,
      values: answered.map(({ p99 }) => p99),
    },
    {
      name: "Errors",
      figure: rate(last.failedPerSec),
      note: last.failedPerSec > 0 ? "failing now" : "none now",
      isBad: last.failedPerSec > 0,
      values: course(({ failedPerSec }) => failedPerSec),
    },
    {
      name: "In flight",
      figure: formatCount(last.inFlight),
      note: "sent, not answered",
      isBad: false,
      values: course(({ inFlight }) => inFlight),
    },
    {
      name: "Generator lag p99",
      figure: formatDuration(last.lagP99),
      note: `${last.cpuCores.toFixed(2)} cores busy`,
      isBad: false,
      values: course(({ lagP99 }) => lagP99),
    },
  ];
  return tileRow(shown);
}
