import { formatDuration, formatRate } from "../../../base/units.ts";
import type { CapacityResult } from "../../../measure/capacity.ts";
import { renderPage } from "../page.ts";
import { headOf, reasonOf } from "../sections/head.ts";
import { environment, reproduce } from "../sections/reproduce.ts";
import { targets } from "../sections/targets.ts";
import { type Tile, tileRow } from "../sections/tiles.ts";
import { type Html, html } from "../template.ts";
import { capacityLooks } from "./looks.ts";
import { rateCharts } from "./rate-chart.ts";
import { levelsTable, searchChart } from "./search-chart.ts";

/**
 * The report of a search for the highest rate as one HTML file, in the manner of a run's report: no network, readable without
 * JavaScript, on paper and on a phone. The same result gives the same bytes.
 */
export function renderCapacityHtml(result: CapacityResult): string {
  const { environment: on, seed } = result;
  return renderPage({
    title: `${capacityLooks[result.outcome].word.toLowerCase()} · ${result.name} · capacity`,
    dynoVersion: on.dynoVersion,
    schemaVersion: result.schemaVersion,
    links: [
      ["rates", "Rates"],
      ["search", "Search"],
      ["targets", "Targets"],
      ["levels", "Levels"],
      ["reproduce", "Reproduce"],
      ["environment", "Environment"],
    ],
    sections: html`${head(result)}${reason(result)}${tiles(result)}${rateCharts(result)}${searchChart(result)}${targets(result)}${levelsTable(result)}${reproduce(result.command, [result.scenario])}${environment(on, [["Seed", String(seed)]])}`,
    data: { name: `capacity-${result.name}`, heads: [], rows: [], result },
  });
}

function head(result: CapacityResult): Html {
  const { levels, until } = result;
  const count = (outcome: string): number => levels.filter((level) => level.outcome === outcome).length;
  return headOf({
    ...result,
    look: capacityLooks[result.outcome],
    title: `Capacity · ${result.name}`,
    facts: [html`<span>until <b>${until.join(" or ")}</b></span>`],
    tally: [
      { className: "v-fail", word: "too much", count: count("broken") },
      { className: "v-doubt", word: "limited by the generator", count: count("generator") },
      { className: "v-pass", word: "levels met", count: count("met") },
    ],
  });
}

function reason(result: CapacityResult): Html {
  return reasonOf({
    look: capacityLooks[result.outcome],
    reason: result.reason,
    why: result.scenario.why,
    invalid: [],
    warnings: result.warnings,
    claim: claim(result),
  });
}

/** Large: what is carried. */
function claim({ outcome, capacity, confirmedPerSec }: CapacityResult): Html | undefined {
  if (confirmedPerSec !== undefined && outcome === "at_least")
    return html`<p class="claim"><b>At least ${formatRate(confirmedPerSec)}</b><span>what would be too much was not seen</span></p>`;
  if (capacity === undefined || outcome === "interrupted" || outcome === "setup_failed") return undefined;
  const held =
    confirmedPerSec === undefined
      ? "not confirmed"
      : `${formatRate(confirmedPerSec)} confirmed by a longer run`;
  return html`<p class="claim"><b>${formatRate(capacity.estimate)}</b><span>${formatRate(capacity.low)} to ${formatRate(capacity.high)} with 95 % confidence · ${held}</span></p>`;
}

function tiles(result: CapacityResult): Html {
  const { capacity, confirmedPerSec, levels, durationMs, budgetMs, holdMs } = result;
  const rate = (value: number | undefined): string =>
    value === undefined ? "–" : formatRate(value).replace("/s", " /s");
  const width = capacity === undefined ? "–" : `${((capacity.high / capacity.low - 1) * 100).toFixed(1)} %`;
  const tile = (name: string, figure: string, note: string, values: readonly number[] = []): Tile => ({
    name,
    figure,
    note,
    isBad: false,
    values,
  });
  const confirmation = levels.findLast(({ stage, outcome }) => stage === "confirm" && outcome === "met");
  const latency = (value: number | undefined): string => (value === undefined ? "–" : formatDuration(value));
  return tileRow([
    tile(
      "Capacity",
      rate(capacity?.estimate),
      "as many runs hold as do not",
      levels.flatMap(({ after }) => after?.estimate ?? []),
    ),
    tile(
      "Interval",
      width,
      "from end to end",
      levels.flatMap(({ after }) => (after === undefined ? [] : Math.min(3, after.high / after.low))),
    ),
    tile(
      "Confirmed",
      rate(confirmedPerSec),
      confirmation === undefined
        ? "by no longer run"
        : `held for ${formatDuration(confirmation.holdMs * 1000)}`,
    ),
    tile("p99 there", latency(confirmation?.p99), `p50 ${latency(confirmation?.p50)}`),
    tile(
      "Levels",
      String(levels.length),
      `each held for ${formatDuration(holdMs * 1000)}`,
      levels.map(({ ratePerSec }) => Math.log(ratePerSec)),
    ),
    tile("Time", formatDuration(durationMs * 1000), `of a budget of ${formatDuration(budgetMs * 1000)}`),
  ]);
}
