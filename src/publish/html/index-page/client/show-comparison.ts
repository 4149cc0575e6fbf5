import type { MetricUnit } from "../../../../measure/result.ts";
import type { PageFigure, PageRun } from "../page-data.ts";
import type { ComparedFact, ComparedMetric, ComparedRuns } from "./compare-runs.ts";
import type { chartEdges, DrawnChart } from "./draw-course.ts";

// These functions also run in the page, where only what this file names and what they are given is known.

/** What the view of a comparison is made with. */
export interface ViewTools {
  readonly formats: Readonly<Record<MetricUnit, (value: number) => string>>;
  readonly drawChart: (chart: DrawnChart) => string;
  readonly chartEdges: typeof chartEdges;
}

/** The series of a course, as the charts name them. */
type Series = "p50" | "p99" | "throughput";

/** Two runs side by side, as HTML. Every text that a user can choose is escaped. */
export function comparisonHtml(a: PageRun, b: PageRun, compared: ComparedRuns, tools: ViewTools): string {
  const notes = [
    ...compared.hindrances.map((text) => `<b>${escaped(text)}</b>`),
    escaped(compared.caution).replace("dyno ab", "<code>dyno ab</code>"),
  ];
  return `<div class="title"><h1 id="compare-title" tabindex="-1">Two runs compared</h1><span class="sub">B against A</span><span class="acts"><button type="button" data-act="swap">Swap A and B</button><button type="button" data-act="close">Back to the list</button></span></div>
<div class="two sides">${sideHtml(a, "A")}${sideHtml(b, "B")}</div>
<section class="card reason v-doubt" role="note">${notes.map((note) => `<p>${note}</p>`).join("")}</section>
${metricsHtml(compared.metrics, tools)}${chartsHtml(a, b, tools)}${factsHtml(compared.facts)}`;
}

/** Text as HTML shows it, also inside attributes. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}

/** An outcome as a pill; the page holds the icons. */
function pillHtml({ look, icon, outcome }: PageRun): string {
  return `<span class="pill ${look}"><svg viewBox="0 0 16 16" aria-hidden="true"><use href="#look-${icon}"/></svg>${escaped(outcome)}</span>`;
}

function sideHtml(run: PageRun, name: string): string {
  const { branch, revision, variant, at, reason } = run;
  const code = [branch, revision].filter((text) => text !== "").join(" @ ");
  const facts = [`${at.slice(0, 10)} ${at.slice(11, 16)} UTC`, code, variant].filter((text) => text !== "");
  return `<article class="card side-${name.toLowerCase()}"><div class="title"><b class="tag">${name}</b><h2>${escaped(run.scenario)}</h2>${pillHtml(run)}</div><div class="meta">${facts.map((fact) => `<span>${escaped(fact)}</span>`).join("")}</div><p>${escaped(reason)}</p><a href="${escaped(run.href)}">Open the report of ${name}</a></article>`;
}

function metricsHtml(metrics: readonly ComparedMetric[], { formats }: ViewTools): string {
  if (metrics.length === 0)
    return `<section class="card"><p class="sub">Neither holds figures that the list knows; their reports do.</p></section>`;
  const cell = (label: string, unit: MetricUnit, figure?: PageFigure): string => {
    if (figure === undefined) return `<td class="r" data-label="${label}">–</td>`;
    const [, value, low, high, change, ownInterval] = figure;
    const interval =
      low === null || high === null ? "" : `<small>${formats[unit](low)} to ${formats[unit](high)}</small>`;
    const own =
      change === ""
        ? ""
        : `<small>${escaped(`${change} ${ownInterval}`)}</small><small>against its own base</small>`;
    return `<td class="r" data-label="${label}">${formats[unit](value)}${interval}${own}</td>`;
  };
  const rows = metrics.map((one) => {
    const { title, phase, unit } = one.metric;
    return `<tr><td class="whole"><b>${escaped(title)}</b><small>${escaped(phase)}</small></td>${cell("A", unit, one.a)}${cell("B", unit, one.b)}<td class="r" data-label="B by A">${changeHtml(one)}</td><td class="line">${barHtml(one)}</td></tr>`;
  });
  return `<section class="card"><div class="title"><h2>Figures</h2><span class="sub">with 95 % intervals where there are any, of the samples of each run alone: what differs between runs is not in them</span></div><div class="scroll" tabindex="0"><table class="stack compared"><thead><tr><th>Metric</th><th class="r">A</th><th class="r">B</th><th class="r">B by A</th><th>Half, the same, twice as much</th></tr></thead><tbody>${rows.join("")}</tbody></table></div></section>`;
}

/** Of shares the difference, of everything else the ratio; then whether the intervals meet. */
function changeHtml({ metric, a, b, ratio, isApart }: ComparedMetric): string {
  if (a === undefined || b === undefined) return "–";
  const meet =
    isApart === undefined ? "" : `<small>${isApart ? "intervals apart" : "intervals overlap"}</small>`;
  if (metric.unit === "ratio") {
    const points = (b[1] - a[1]) * 100;
    return `${points === 0 ? "0" : signedText(points, Math.abs(points) < 0.1 ? 3 : 1)} points${meet}`;
  }
  if (ratio === undefined) return `–${meet}`;
  const percent = (ratio - 1) * 100;
  return `<b>× ${Number(ratio.toPrecision(3))}</b><small>${signedText(percent, Math.abs(percent) < 10 ? 1 : 0)} %</small>${meet}`;
}

function signedText(value: number, digits: number): string {
  const size = Math.abs(value).toFixed(digits);
  if (Number(size) === 0) return "0";
  return `${value < 0 ? "−" : "+"}${size}`;
}

/** A ratio as a bar from the middle: its ends are half and twice as much. */
function barHtml({ ratio }: ComparedMetric): string {
  if (ratio === undefined || !(ratio > 0)) return "";
  const at = 100 + Math.max(-1, Math.min(1, Math.log2(ratio))) * 98;
  const x = Math.min(at, 100);
  return `<svg class="ratio" viewBox="0 0 200 14" preserveAspectRatio="none" aria-hidden="true"><rect class="rail" y="3" width="200" height="8" rx="3"/><rect class="bar-b" x="${x.toFixed(1)}" y="3" width="${Math.abs(at - 100).toFixed(1)}" height="8"/><line class="zero" x1="100" x2="100" y1="0" y2="14"/></svg>`;
}

function chartsHtml(a: PageRun, b: PageRun, tools: ViewTools): string {
  if (a.course === undefined && b.course === undefined) return "";
  const charts = (["p50", "p99", "throughput"] as const).map((series) => chartHtml(series, a, b, tools));
  return `<div class="three courses">${charts.join("")}</div>`;
}

/** One run in a chart. */
interface ChartSide {
  readonly name: string;
  readonly values: readonly (number | null)[];
  readonly lengthMs: number;
}

function chartHtml(
  series: Series,
  a: PageRun,
  b: PageRun,
  { formats, drawChart, chartEdges }: ViewTools,
): string {
  const title = { p50: "Latency p50", p99: "Latency p99", throughput: "Throughput" }[series];
  const format = series === "throughput" ? formats.per_second : formats.us;
  const sides: readonly ChartSide[] = [a, b].flatMap(({ course }, i) =>
    course === undefined
      ? []
      : [{ name: "AB"[i] ?? "", values: course[series], lengthMs: course.toMs - course.fromMs }],
  );
  const drawn = drawChart({
    lines: sides.map(({ name, values, lengthMs }) => ({
      values,
      lengthMs,
      className: `line-${name.toLowerCase()}`,
    })),
    scale: series === "throughput" ? "linear" : "log",
    width: 366,
    height: 190,
    format,
    edges: chartEdges,
  });
  const spans = sides.map(({ name, values }) => {
    const known = values.filter((value) => value !== null).toSorted((one, other) => one - other);
    return `${name} from ${format(known[0] ?? Number.NaN)} to ${format(known.at(-1) ?? Number.NaN)}`;
  });
  const description = `Over the main phase of each, from its beginning: ${spans.join(", ")}.`;
  return `<section class="card"><div class="title"><h3>${title}</h3><span class="legend">${sides.map(({ name }) => `<span><i class="key-${name.toLowerCase()}"></i>${name}</span>`).join("")}</span></div><svg viewBox="0 0 366 190" role="img" aria-label="${title}. ${description}" data-series="${series}"><title>${title}</title><desc>${description}</desc>${drawn}</svg>${tableHtml(sides, format)}</section>`;
}

/** The same figures as a table, folded away. */
function tableHtml(sides: readonly ChartSide[], format: (value: number) => string): string {
  const rows = sides.flatMap(({ name, values, lengthMs }) =>
    values.map((value, i) => {
      const at = ((i + 0.5) * lengthMs) / Math.max(1, values.length) / 1000;
      return `<tr><td>${name}</td><td class="r">${at.toFixed(1)} s</td><td class="r">${value === null ? "–" : format(value)}</td></tr>`;
    }),
  );
  return `<details><summary class="tab">Show as table</summary><div class="scroll" tabindex="0"><table><thead><tr><th>Run</th><th class="r">time</th><th class="r">value</th></tr></thead><tbody>${rows.join("")}</tbody></table></div></details>`;
}

function factsHtml(facts: readonly ComparedFact[]): string {
  const differing = facts.filter(({ a, b }) => a !== b).length;
  const told =
    differing === 0
      ? "the same for both"
      : `${differing} of ${facts.length} differ; shown is what B stood on`;
  const items = facts.map(({ name, a, b }) => {
    const was = a === b ? "" : `<small class="was">was ${escaped(a)}</small>`;
    return `<div${a === b ? "" : ' class="differs"'}><dt>${escaped(name)}</dt><dd>${escaped(b)}${was}</dd></div>`;
  });
  return `<section class="card"><div class="title"><h2>Environment</h2><span class="sub">${told}</span></div><dl>${items.join("")}</dl></section>`;
}

/** The source of `comparisonHtml` and what it stands on, for the page. */
export function showComparisonSource(): string {
  return [
    comparisonHtml,
    escaped,
    pillHtml,
    sideHtml,
    metricsHtml,
    changeHtml,
    signedText,
    barHtml,
    chartsHtml,
    chartHtml,
    tableHtml,
    factsHtml,
  ].join("\n");
}
