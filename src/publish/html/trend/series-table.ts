import { changeText, metricName } from "../../../measure/comparison-wording.ts";
import { formatMetric } from "../../../measure/format-metric.ts";
import type { TrendSeries } from "../../../measure/trend.ts";
import { changePlace } from "../../../measure/trend-words.ts";
import { n1 } from "../charts/frame.ts";
import { type Html, html } from "../template.ts";
import { trendLook } from "./looks.ts";

/** All metrics, each with its course, its first and last level, and its latest change. */
export function seriesTable(all: readonly TrendSeries[]): Html {
  const heads = ["Verdict", "Metric", "Course", "First level", "Now", "Drift", "Latest change"];
  return html`<section class="card" id="metrics"><div class="title"><h2>All metrics</h2><span class="sub">drift: the last level against the first</span></div><div class="scroll" tabindex="0"><table class="stack"><thead><tr>${heads.map((head, i) => html`<th class="${i > 2 && i < 6 ? "r" : ""}">${head}</th>`)}</tr></thead><tbody>${all.map(row)}</tbody></table></div></section>`;
}

function row(series: TrendSeries): Html {
  const { levels, changes, points, unit, verdict, drift, kind } = series;
  const look = trendLook(verdict);
  const value = (level: TrendSeries["levels"][number] | undefined): string =>
    level === undefined ? "–" : formatMetric(level.value, unit);
  const last = changes.at(-1);
  const drifted =
    changes.length === 0
      ? "–"
      : html`<b class="${look.className}" style="${verdict === "same" ? "" : "color:var(--vc)"}">${changeText(series, drift)}</b><small>in ${changes.length} step${changes.length === 1 ? "" : "s"}</small>`;
  const latest =
    last === undefined
      ? html`<span class="sub">none found</span>`
      : html`${changeText(series, last.size)} <small>${changePlace(last, points)}</small>`;
  return html`<tr class="${verdict === "worse" ? "v-fail" : ""}"><td><span class="pill ${look.className}">${look.icon}${look.word}</span></td><td class="most"><b>${metricName(series)}</b><small>${points.length} ${kind}s</small></td><td class="line" style="min-width:160px">${course(series)}</td><td class="r" data-label="First level">${value(levels[0])}</td><td class="r" data-label="Now"><b>${value(levels.at(-1))}</b></td><td class="r" data-label="Drift">${drifted}</td><td class="line" data-label="Latest change">${latest}</td></tr>`;
}

/** The values thin, the levels strong. */
function course({ points, levels, scale }: TrendSeries): Html {
  const values = points.map(({ value }) => value);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const span = Math.max(high - low, scale === "ratio" ? high * 0.02 : 0.001);
  const x = (i: number): number => (i / Math.max(1, points.length)) * 150;
  const y = (value: number): number => 23 - ((value - low + (span - (high - low)) / 2) / span) * 20;
  const line = values.map((value, i) => `${i === 0 ? "M" : "L"}${n1(x(i + 0.5))},${n1(y(value))}`).join("");
  const steps = levels
    .map(({ start, end, value }) => `M${n1(x(start))},${n1(y(value))}H${n1(x(end))}`)
    .join("");
  return html`<svg viewBox="0 0 150 26" preserveAspectRatio="none" style="height:26px" aria-hidden="true"><path d="${line}" fill="none" stroke="var(--i2)" stroke-width="1.2" vector-effect="non-scaling-stroke"/><path d="${steps}" fill="none" stroke="var(--i0)" stroke-width="2.2" vector-effect="non-scaling-stroke"/></svg>`;
}

/** The changes of a series, each with where it came and how sure it is. */
export function changesTable(series: TrendSeries): Html | false {
  const { changes, points, levels, unit } = series;
  if (changes.length === 0) return false;
  const rows = changes.map((change, i) => {
    const look = trendLook(change.verdict);
    const [was, is] = [levels[i], levels[i + 1]].map((level) =>
      level === undefined ? "–" : formatMetric(level.value, unit),
    );
    const { loadChange } = change;
    const note =
      loadChange &&
      html`<small>the load was changed as well: it was ${loadChange.was}, and is ${loadChange.is}</small>`;
    return html`<tr><td><span class="pill ${look.className}">${look.icon}${changeText(series, change.size)} ${change.verdict}</span></td><td class="line">${changePlace(change, points)}${note}</td><td class="r most" data-label="Levels">${was} to ${is}</td><td class="r" data-label="p">${change.p.toFixed(3)}</td></tr>`;
  });
  return html`<div class="scroll" tabindex="0"><table class="stack"><thead><tr><th>Change</th><th>Where</th><th class="r">Levels</th><th class="r">p</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}
