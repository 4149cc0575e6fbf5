import { metricName } from "../../../measure/comparison-wording.ts";
import type { Trend, TrendSeries } from "../../../measure/trend.ts";
import { pointName } from "../../../measure/trend-words.ts";
import { seriesKey } from "../charts/frame.ts";
import { type CsvTable, renderPage } from "../page.ts";
import { reasonOf } from "../sections/head.ts";
import { type Html, html } from "../template.ts";
import { trendLook } from "./looks.ts";
import { changesTable, seriesTable } from "./series-table.ts";
import { pointsTable, trendChart } from "./trend-chart.ts";

/** The trend of a scenario as one HTML file, like the report of a run. The same trend gives the same bytes. */
export function renderTrendHtml(trend: Trend): string {
  const { scenario, series, verdict, sentence, notes, command } = trend;
  const look = trendLook(verdict);
  const changed = series.filter(({ changes }) => changes.length > 0);
  const steady = series.filter(({ changes }) => changes.length === 0);
  const sections = html`${head(trend)}${reasonOf({ look, reason: sentence, why: "", invalid: [], warnings: notes })}${seriesTable(series)}${changed.map((one) => seriesCard(one, "wide"))}${steadyCards(steady)}${method()}<section class="card" id="reproduce"><div class="title"><h2>Reproduce</h2></div><pre>${command}</pre></section>`;
  return renderPage({
    title: `${look.word.toLowerCase()} · ${scenario} · trend`,
    dynoVersion: trend.dynoVersion,
    schemaVersion: trend.schemaVersion,
    links: [
      ["metrics", "All metrics"],
      ...changed.slice(0, 4).map((one) => [idOf(one), metricName(one)] as const),
      ["steady", "Without a change"],
      ["method", "Method"],
      ["reproduce", "Reproduce"],
    ],
    sections,
    data: { name: `trend-${scenario}`, heads: [], rows: [], result: trend, csv: pointsCsv(series) },
  });
}

function pointsCsv(all: readonly TrendSeries[]): CsvTable {
  const heads = ["kind", "metric", "phase", "unit", "revision", "at", "value", "low", "high", "level"];
  const rows = all.flatMap(({ kind, metric, phase = "", unit, points, levels }) =>
    points.map(({ revision = "", at, value, low = "", high = "" }, i) => {
      const level = levels.find(({ start, end }) => i >= start && i < end)?.value ?? "";
      return [kind, metric, phase, unit, revision, at, value, low, high, level];
    }),
  );
  return { heads, rows };
}

function head({ scenario, class: machine, verdict, series }: Trend): Html {
  const look = trendLook(verdict);
  const longest = series.toSorted((a, b) => b.points.length - a.points.length)[0];
  const points = longest?.points ?? [];
  const [first, last] = [points[0], points.at(-1)];
  const span =
    first !== undefined &&
    last !== undefined &&
    html`<span>${first.at.slice(0, 10)} to ${last.at.slice(0, 10)}</span><span>commits <b>${pointName(first)}</b> to <b>${pointName(last)}</b></span>`;
  const kind = longest?.kind ?? "run";
  return html`<header class="head" id="top"><div class="badge ${look.className}">${look.icon}<span><b>${look.word}</b><small>${points.length} ${kind}s</small></span></div><div class="grow"><h1>Trend · ${scenario}</h1><div class="meta"><span>machine class <b>${machine}</b></span>${span}</div></div>${tally(series)}</header>`;
}

function tally(series: readonly TrendSeries[]): Html {
  const counted = (["worse", "better", "same", "too few"] as const)
    .map((verdict) => ({
      look: trendLook(verdict),
      count: series.filter((one) => one.verdict === verdict).length,
    }))
    .filter(({ count }) => count > 0);
  return html`<div class="tally"><i aria-hidden="true">${counted.map(({ look, count }) => html`<s class="${look.className}" style="flex:${count}"></s>`)}</i>${counted.map(({ look, count }) => html`<span class="${look.className}"><b>${count}</b> ${look.word.toLowerCase()}</span>`)}</div>`;
}

/** Two in a row; one that is left over has the row for itself. */
function steadyCards(steady: readonly TrendSeries[]): Html | false {
  if (steady.length === 0) return false;
  const cards = steady.map((one, i) => {
    const isLeftOver = i % 2 === 0 && i === steady.length - 1;
    return isLeftOver
      ? html`<div style="grid-column:1/-1">${seriesCard(one, "wide")}</div>`
      : seriesCard(one, "half");
  });
  return html`<div class="two" id="steady">${cards}</div>`;
}

function seriesCard(series: TrendSeries, size: "wide" | "half"): Html {
  const legend =
    size === "wide" &&
    html`<span class="legend">${seriesKey("levels", "var(--i0)", "level and its middle half")}${seriesKey("points", "var(--i1)", `a ${series.kind}`, true)}${seriesKey("intervals", "var(--i2)", "95 % CI")}</span>`;
  return html`<section class="card" id="${idOf(series)}"><div class="title"><h2>${metricName(series)}</h2><span class="sub">${series.higherIsBetter ? "higher is better" : "lower is better"}, by ${series.kind}s</span>${legend}</div><p class="sub" style="margin:-4px 0 8px">${series.sentence}</p>${trendChart(series, size)}${changesTable(series)}${pointsTable(series)}</section>`;
}

function idOf(series: TrendSeries): string {
  return `${series.kind}-${metricName(series).replaceAll(/[^\w-]+/g, "-")}`;
}

function method(): Html {
  return html`<section class="card" id="method"><div class="title"><h2>Method</h2></div><p class="sub" style="margin:0">Changes are found by E-divisive (Matteson and James, JASA 2014) on the logarithms of the values (of the error rate: on the values), each held against 499 shuffled series at p ≤ 0.01, so about one steady series in a hundred shows a change that is none. A level is the median between two changes, its band the middle half of the values; axes reach from the least to the greatest value, and need not begin at zero. Only values of one class of machine are compared, and runs are never mixed with gates.</p></section>`;
}
