import { changeText, metricName } from "../../measure/comparison-wording.ts";
import { formatMetric } from "../../measure/format-metric.ts";
import type { Trend, TrendSeries } from "../../measure/trend.ts";
import { pointName, pointTime } from "../../measure/trend-words.ts";
import { bullets, fileLines, type SummaryPaths } from "./blocks.ts";
import type { Colours } from "./symbols.ts";
import { renderTable } from "./table.ts";

const sparkColumns = 40;
const bars = "▁▂▃▄▅▆▇█";

/** A trend as text for a terminal: what matters first, then every metric, then the levels of those that changed. */
export function renderTrend(trend: Trend, paths: SummaryPaths, colours: Colours): string {
  const changed = trend.series.filter(({ changes }) => changes.length > 0);
  const parts = [
    `${verdictWord(trend.verdict, colours)}  ${colours.bold(trend.scenario)}  ${trend.sentence}`,
    seriesTable(trend.series, colours),
    ...changed.map((series) => levelsTable(series, colours)),
    bullets(trend.notes, colours.yellow("!")),
    fileLines(trend.command, paths, colours),
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

const words: Readonly<Record<Trend["verdict"], string>> = {
  better: "BETTER",
  worse: "WORSE",
  same: "STEADY",
  "too few": "TOO FEW",
};

function verdictWord(verdict: Trend["verdict"], colours: Colours): string {
  return coloured(verdict, colours.bold(words[verdict]), colours);
}

function coloured(verdict: Trend["verdict"], text: string, colours: Colours): string {
  if (verdict === "worse") return colours.red(text);
  return verdict === "better" ? colours.green(text) : text;
}

function seriesTable(all: readonly TrendSeries[], colours: Colours): string {
  const rows = all.map((series) => {
    const { points, levels, changes, unit, verdict, drift, kind } = series;
    const value = (level: TrendSeries["levels"][number] | undefined): string =>
      level === undefined ? "" : formatMetric(level.value, unit);
    const drifted = changes.length === 0 ? "" : coloured(verdict, changeText(series, drift), colours);
    return [
      metricName(series),
      sparkline(points.map((point) => point.value)),
      `${points.length} ${kind}s`,
      value(levels[0]),
      value(levels.at(-1)),
      drifted,
      changes.length === 0 ? "" : String(changes.length),
    ];
  });
  return renderTable(["metric", "course", "of", "first", "now", "drift", "steps"], 2, rows, colours);
}

/** One character a value; where there are more than columns, the median of as many as share one. Its foot is the least value, not zero. */
export function sparkline(values: readonly number[], columns = sparkColumns): string {
  const size = Math.max(1, Math.ceil(values.length / columns));
  const shown = Array.from({ length: Math.ceil(values.length / size) }, (_, column) => {
    const part = values.slice(column * size, (column + 1) * size).toSorted((a, b) => a - b);
    return part[part.length >> 1] ?? 0;
  });
  const low = Math.min(...shown);
  const span = Math.max(...shown) - low;
  // A course that stays within 1 % is shown as flat, so that noise does not look like mountains.
  const least = Math.max(span, Math.abs(low) * 0.01);
  return shown
    .map((value) => bars[least > 0 ? Math.round(((value - low) / least) * (bars.length - 1)) : 0] ?? "")
    .join("");
}

function levelsTable(series: TrendSeries, colours: Colours): string {
  const { levels, points, changes, unit } = series;
  const rows = levels.map((level, i) => {
    const change = changes[i - 1];
    const first = points[level.start];
    return [
      pointName(first),
      first === undefined ? "" : pointTime(first).slice(0, 10),
      String(level.end - level.start),
      formatMetric(level.value, unit),
      change === undefined ? "" : coloured(change.verdict, changeText(series, change.size), colours),
      change === undefined ? "" : change.p.toFixed(3),
      change?.loadChange === undefined ? "" : "the load was changed as well",
    ];
  });
  const table = renderTable(
    ["level since", "", series.kind === "run" ? "runs" : "gates", "typical", "change", "p", ""],
    2,
    rows,
    colours,
  );
  return `  ${colours.bold(metricName(series))}\n${table}`;
}
