import { scaleLinear } from "d3-scale";
import { area, curveStepAfter } from "d3-shape";
import { formatDuration, formatRate } from "../../../base/units.ts";
import type { CapacityLevel, CapacityResult, RateEstimate } from "../../../measure/capacity.ts";
import {
  type Box,
  boxOf,
  drawing,
  legendKey,
  logScale,
  numberText,
  scrollable,
  timeLabels,
  valueAxis,
} from "../charts/frame.ts";
import { heading } from "../sections/heading.ts";
import { type Html, html } from "../template.ts";
import { levelKeys, levelMark } from "./level-marks.ts";
import { levelLooks } from "./looks.ts";

/** How the search went: each rate when it was tried, and what was known of the capacity after it. */
export function searchChart({ levels }: CapacityResult): Html | false {
  if (levels.length === 0) return false;
  const box: Box = { ...boxOf(1164, 280), left: 74 };
  const endMs = Math.max(1, levels.at(-1)?.atMs ?? 1);
  const x = scaleLinear([0, endMs], [box.left, box.right]);
  const rates = levels.map(({ ratePerSec }) => ratePerSec);
  const { scale: y, ticks } = logScale(rates, box);
  const known = levels.flatMap(({ atMs, after }) => (after === undefined ? [] : [{ atMs, after }]));
  const band = area<{ readonly atMs: number; readonly after: RateEstimate }>(
    ({ atMs }) => x(atMs),
    ({ after }) => y(after.low),
    ({ after }) => y(after.high),
  ).curve(curveStepAfter);
  const title = "The search";
  const description =
    "Each rate at the time when it was over, and the 95 % interval of the capacity that was known then.";
  const body = [
    html`${timeLabels(x, box)}`,
    html`${valueAxis(y, ticks, box, numberText)}`,
    html`<path d="${band.digits(1)(known) ?? ""}" fill="var(--b2)" opacity=".75"/>`,
    html`${levels.map((level) => levelMark(level, x(level.atMs), y(level.ratePerSec)))}`,
  ];
  const legend = html`<span class="legend">${levelKeys(levels)}${legendKey("var(--b2)", "what was known then", true)}</span>`;
  return html`<section class="card" id="search"><div class="title"><h2>${title}</h2><span class="sub">up in long steps until a rate is too much, then where the answer tells most</span>${legend}</div>${scrollable(drawing(box, title, description, body), "wider")}</section>`;
}

/** Every rate that was held, in the order of measuring. */
export function levelsTable({ levels }: CapacityResult): Html | false {
  if (levels.length === 0) return false;
  const heads = [
    heading("Level"),
    html`<th>Came to</th>`,
    ...["Rate", "Done", "Held for", "p50", "p99", "Errors"].map((name) => heading(name)),
    html`<th>Why</th>`,
  ];
  return html`<section class="card" id="levels"><div class="title"><h2>Levels</h2><span class="sub">each in a fresh process, with a warm-up of its own</span></div><div class="scroll" tabindex="0"><table class="stack"><thead><tr>${heads}</tr></thead><tbody>${levels.map(row)}</tbody></table></div></section>`;
}

const stages: Readonly<Record<CapacityLevel["stage"], string>> = {
  climb: "climb",
  search: "search",
  confirm: "confirmation",
};

function row(level: CapacityLevel): Html {
  const { outcome, ratePerSec, achievedPerSec, holdMs, p50, p99, failed, stage, reason } = level;
  const look = levelLooks[outcome];
  const cell = (label: string, value: number | undefined, text: string): Html =>
    html`<td class="r" data-label="${label}" data-v="${value ?? ""}">${text}</td>`;
  const latency = (label: string, value: number | undefined): Html =>
    cell(label, value, value === undefined ? "–" : formatDuration(value));
  return html`<tr><td class="r" data-v="${level.level}">${level.level + 1}<small>${stages[stage]}</small></td><td class="most"><span class="pill ${look.className}">${look.icon}${look.word}</span></td>${cell("Rate", ratePerSec, formatRate(ratePerSec))}${cell("Done", achievedPerSec, formatRate(achievedPerSec))}${cell("Held for", holdMs, formatDuration(holdMs * 1000))}${latency("p50", p50)}${latency("p99", p99)}${cell("Errors", failed, String(failed))}<td class="line">${reason}</td></tr>`;
}
