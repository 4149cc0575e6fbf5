import { formatCount, formatDuration, formatRate, formatRatio } from "../../../base/units.ts";
import type { Interval, Verdict } from "../../../measure/result.ts";
import { n1 } from "../charts/frame.ts";
import { curvePhase } from "../charts/percentiles.ts";
import { sparkline } from "../charts/resource-chart.ts";
import { errorsIn, measuredRows, type ReportData } from "../report-data.ts";
import { type Html, html } from "../template.ts";

/** One of the main figures. */
export interface Tile {
  readonly name: string;
  /** Figure and unit, with a space between. */
  readonly figure: string;
  readonly note: string;
  readonly isBad: boolean;
  /** Its course; where there is none, nothing is drawn. */
  readonly values: readonly number[];
  /** In place of a course: a whole as a bar of its parts, the first one strong. */
  readonly parts?: readonly number[];
}

/** Six figures of the main phase, with their course. */
export function tiles(data: ReportData): Html {
  const phase = curvePhase(data);
  if (phase === undefined) return html``;
  const rows = measuredRows(data).filter((row) => row.phase === phase.phase);
  const seconds = phase.durationMs / 1000;
  const all = phase.completed + phase.failed;
  const cpu = cpuPerThousand(data, phase.phase);
  const latency = (name: "p50" | "p99" | "p99.9", q: number, read: (row: Interval) => number): Tile => ({
    name: `Latency ${name}`,
    figure: formatDuration(phase.response.quantile(q)),
    ...judged(data, name, phase.phase, `in ${phase.phase}`),
    values: rows.filter(({ completed }) => completed > 0).map(read),
  });
  const shown: Tile[] = [
    {
      name: "Throughput",
      figure: formatRate(phase.completed / seconds).replace("/s", " /s"),
      ...judged(data, "throughput", phase.phase, `of ${formatRate(phase.asked / seconds)} offered`),
      values: rows.map(({ completed, lengthMs }) => (completed * 1000) / Math.max(1, lengthMs)),
    },
    latency("p50", 0.5, ({ p50 }) => p50),
    latency("p99", 0.99, ({ p99 }) => p99),
    latency("p99.9", 0.999, ({ p999 }) => p999),
    {
      name: "Errors",
      figure: formatRatio(all === 0 ? Number.NaN : phase.failed / all),
      ...judged(data, "error_rate", phase.phase, `${formatCount(phase.failed)} of ${formatCount(all)}`),
      values: rows.map(errorsIn),
    },
    {
      name: "CPU per 1 000 ops",
      figure: formatDuration(cpu),
      note: `in ${phase.phase}`,
      isBad: false,
      values: rows.map(({ cpuCores, outsideCpuCores = 0 }) => cpuCores + outsideCpuCores),
    },
  ];
  return tileRow(shown);
}

/** Six figures in a row. */
export function tileRow(shown: readonly Tile[]): Html {
  return html`<section class="tiles" aria-label="Main figures">${shown.map(tile)}</section>`;
}

function tile({ name, figure, note, isBad, values, parts }: Tile): Html {
  const [value = "", unit = ""] = figure.split(/[\s\u202f](?=[^\d]+$)/);
  return html`<div class="card tile"><span>${name}</span><strong>${value}<small>${unit}</small></strong>${parts === undefined ? sparkline(values, isBad ? "var(--red)" : "var(--i1)") : partsBar(parts)}<em class="${isBad ? "bad" : ""}">${note}</em></div>`;
}

function partsBar(parts: readonly number[]): Html {
  const whole = parts.reduce((sum, part) => sum + part, 0);
  const width = (part: number): number => (whole > 0 ? (part / whole) * 150 : 0);
  let at = 0;
  const bars = parts.map((part, i) => {
    const from = at;
    at += width(part);
    return html`<rect x="${n1(from)}" y="10" width="${n1(Math.max(0, width(part) - 1))}" height="7" fill="${i === 0 ? "var(--i0)" : "var(--i2)"}"/>`;
  });
  return html`<svg viewBox="0 0 150 26" preserveAspectRatio="none" aria-hidden="true">${bars}</svg>`;
}

/** A tile whose metric failed its target says so; else it has its own note. */
function judged(
  { result }: ReportData,
  metricName: string,
  phase: string,
  note: string,
): { note: string; isBad: boolean } {
  const concerns = (verdict: Verdict): boolean =>
    verdict.metricName === metricName && (verdict.phase ?? phase) === phase;
  const isBad = result.verdicts.some((verdict) => concerns(verdict) && verdict.outcome === "fail");
  return { note: isBad ? "misses its limit" : note, isBad };
}

function cpuPerThousand({ result }: ReportData, name: string): number {
  const phases = result.trials
    .flatMap(({ phases }) => phases)
    .filter(({ phase, kind }) => phase === name && kind === "measured");
  const micros = phases.reduce(
    (sum, { cpuMicros, outsideCpuMicros = 0 }) => sum + cpuMicros + outsideCpuMicros,
    0,
  );
  const completed = phases.reduce((sum, { completed }) => sum + completed, 0);
  return completed === 0 ? Number.NaN : (micros / completed) * 1000;
}
