import { formatCount, formatDuration, formatRate } from "../../../base/units.ts";
import { peakRange } from "../../../measure/peak-range.ts";
import { type Estimate, leastExplained, type SweepLevel, type SweepResult } from "../../../measure/sweep.ts";
import { outcomeLooks } from "../icons.ts";
import { renderPage } from "../page.ts";
import { headOf, reasonOf, tallyOf } from "../sections/head.ts";
import { heading } from "../sections/heading.ts";
import { environment, reproduce } from "../sections/reproduce.ts";
import { type Tile, tileRow } from "../sections/tiles.ts";
import { type Html, html } from "../template.ts";
import { sweepLooks } from "./looks.ts";
import { latencyChart, throughputChart } from "./sweep-charts.ts";

/**
 * The report of a sweep of clients as one HTML file, in the manner of a run's report: no network, readable without
 * JavaScript, on paper and on a phone. The same result gives the same bytes.
 */
export function renderSweepHtml(result: SweepResult): string {
  const { environment: on, seed } = result;
  const look = sweepLooks[result.outcome];
  return renderPage({
    title: `${look.word.toLowerCase()} · ${result.name} · sweep`,
    dynoVersion: on.dynoVersion,
    schemaVersion: result.schemaVersion,
    links: [
      ["throughput", "Throughput"],
      ["latency", "Latency"],
      ["targets", "Targets"],
      ["levels", "Levels"],
      ["reproduce", "Reproduce"],
      ["environment", "Environment"],
    ],
    sections: html`${head(result)}${reasonOf({ look, reason: result.reason, why: result.scenario.why, invalid: [], warnings: result.warnings })}${tiles(result)}${throughputChart(result)}${latencyChart(result)}${targetsTable(result)}${levelsTable(result)}${reproduce(result.command, [result.scenario])}${environment(on, [["Seed", String(seed)]])}`,
    data: { name: `sweep-${result.name}`, heads: [], rows: [], result },
  });
}

function head(result: SweepResult): Html {
  const { levels, rounds } = result;
  return headOf({
    ...result,
    look: sweepLooks[result.outcome],
    title: `Sweep · ${result.name}`,
    facts: [
      html`<span><b>${levels.length}</b> numbers of clients</span>`,
      html`<span><b>${rounds}</b> rounds</span>`,
    ],
    tally: tallyOf(
      result.targets.map(({ metAt }) => (metAt.length > 0 ? outcomeLooks.pass : outcomeLooks.fail)),
    ),
  });
}

function tiles({ levels, law }: SweepResult): Html {
  const means = levels.map(({ throughput }) => throughput.estimate);
  const best = levels.toSorted((a, b) => b.throughput.estimate - a.throughput.estimate)[0];
  const tile = (name: string, figure: string, note: string, values: readonly number[] = []): Tile => ({
    name,
    figure,
    note,
    isBad: false,
    values,
  });
  const parameter = (name: string, of: Estimate | undefined): Tile =>
    tile(
      name,
      of === undefined ? "–" : small(of.estimate),
      of === undefined ? "no law" : `${small(of.low)} to ${small(of.high)}`,
    );
  const peak = law?.peak;
  const isFit = law !== undefined && law.r2 >= leastExplained;
  return tileRow([
    tile(
      "Most throughput",
      best === undefined ? "–" : formatRate(best.throughput.estimate).replace("/s", " /s"),
      best === undefined ? "nothing measured" : `at ${formatCount(best.clients)} clients`,
      means,
    ),
    tile(
      "Peak by the law",
      peak === undefined ? (isFit ? "none near" : "–") : formatCount(peak.clients.estimate),
      peak === undefined
        ? isFit
          ? "throughput does not turn down"
          : "the law does not fit"
        : `clients, ${peakRange(peak.clients)}`,
    ),
    tile(
      "One client",
      law === undefined ? "–" : formatRate(law.lambda.estimate).replace("/s", " /s"),
      law === undefined ? "no law" : "by the law",
    ),
    parameter("Contention, sigma", law?.sigma),
    parameter("Coherency, kappa", law?.kappa),
    tile("Fit, R²", law === undefined ? "–" : law.r2.toFixed(3), "share of the spread explained"),
  ]);
}

function small(value: number): string {
  return value === 0 ? "0" : value < 0.001 ? value.toExponential(1) : String(Number(value.toPrecision(2)));
}

function targetsTable({ targets }: SweepResult): Html | false {
  if (targets.length === 0) return false;
  const rows = targets.map(({ text, metAt, upTo, sentence }) => {
    const look = metAt.length > 0 ? outcomeLooks.pass : outcomeLooks.fail;
    const word = upTo !== undefined ? `up to ${upTo}` : metAt.length > 0 ? "at some" : "at none";
    return html`<tr class="${look.className}"><td><span class="pill ${look.className}">${look.icon}${word}</span></td><td><b>${text}</b></td><td class="line">${sentence}</td></tr>`;
  });
  return html`<section class="card" id="targets"><div class="title"><h2>Targets</h2><span class="sub">how many clients each of them allows</span></div><div class="scroll" tabindex="0"><table><thead><tr><th>Met</th><th>Target</th><th>Where it ends</th></tr></thead><tbody>${rows}</tbody></table></div></section>`;
}

function levelsTable({ levels, law }: SweepResult): Html | false {
  if (levels.length === 0) return false;
  const heads = ["Clients", "Throughput", "Efficiency", "p50", "p99", "Done", "Errors"].map((name) =>
    heading(name),
  );
  const row = ({ clients, throughput, p50, p99, completed, failed }: SweepLevel): Html => {
    const cell = (label: string, value: number | undefined, text: string, note = ""): Html =>
      html`<td class="r" data-label="${label}" data-v="${value ?? ""}">${text}${note !== "" && html`<small>${note}</small>`}</td>`;
    const efficiency = law && throughput.estimate / (clients * law.lambda.estimate);
    const latency = (label: string, value: number | undefined): Html =>
      cell(label, value, value === undefined ? "–" : formatDuration(value));
    const range = `${formatRate(throughput.low)} to ${formatRate(throughput.high)}`;
    return html`<tr>${cell("Clients", clients, formatCount(clients))}${cell("Throughput", throughput.estimate, formatRate(throughput.estimate), range)}${cell("Efficiency", efficiency, efficiency === undefined ? "–" : `${Math.round(efficiency * 100)} %`)}${latency("p50", p50)}${latency("p99", p99)}${cell("Done", completed, formatCount(completed))}${cell("Errors", failed, formatCount(failed))}</tr>`;
  };
  return html`<section class="card" id="levels"><div class="title"><h2>Levels</h2><span class="sub">efficiency: throughput by what so many single clients would do; below it the least and the greatest round</span></div><div class="scroll" tabindex="0"><table class="stack"><thead><tr>${heads}</tr></thead><tbody>${levels.map(row)}</tbody></table></div></section>`;
}
