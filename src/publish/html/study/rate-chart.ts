import { formatRate } from "../../../base/units.ts";
import type { CapacityLevel, CapacityResult, LevelFigure } from "../../../measure/capacity.ts";
import { formatMetric } from "../../../measure/format-metric.ts";
import { metricTitle } from "../../metric-title.ts";
import {
  asTable,
  type Box,
  boxOf,
  drawing,
  legendKey,
  logScale,
  n1,
  numberText,
  type Scale,
  scrollable,
  valueAxis,
  zeroScale,
} from "../charts/frame.ts";
import { type Html, html } from "../template.ts";
import { levelKeys, levelMark } from "./level-marks.ts";
import { logAxisBelow } from "./log-axis.ts";

/** Rates further from the capacity than this factor are left to the search's own chart. */
const near = 4;

/** Each condition's figure over the rate, with its limit, and the interval of the capacity. */
export function rateCharts(result: CapacityResult): Html | false {
  const conditions = result.levels.find(({ figures }) => figures.length > 0)?.figures ?? [];
  if (conditions.length === 0) return false;
  return html`${conditions.map((condition, i) => rateChart(result, condition, i))}`;
}

function rateChart(result: CapacityResult, condition: LevelFigure, i: number): Html {
  const middle = result.capacity?.estimate;
  const measured = result.levels.filter(({ figures }) => figures[i]?.value !== undefined);
  const close = measured.filter(
    ({ ratePerSec }) => middle === undefined || (ratePerSec > middle / near && ratePerSec < middle * near),
  );
  const shown = close.length > 1 ? close : measured;
  const value = ({ figures }: CapacityLevel): number => figures[i]?.value ?? 0;
  const box: Box = { ...boxOf(1164, 322), left: 74, right: 1164 - 24 };
  const values = [...shown.map(value), condition.limit];
  const isLog = values.every((one) => one > 0) && condition.unit !== "ratio";
  const { scale: y, ticks } = isLog ? logScale(values, box) : zeroScale(values, box);
  const rates = shown.map(({ ratePerSec }) => ratePerSec);
  const ends = [Math.min(...rates) * 0.92, Math.max(...rates) * 1.08] as const;
  const { x, drawn } = logAxisBelow(ends, box, numberText);
  const title = `${metricTitle(condition.metricName)} over the rate`;
  const description = `Each rate that was held, and what it measured; too much is ${condition.condition}. The shaded stretch is the 95 % interval of the capacity.`;
  const body = [
    interval(result, x, box),
    drawn,
    html`${valueAxis(y, ticks, box, (tick) => formatMetric(tick, condition.unit))}`,
    html`<line class="lim" x1="${box.left}" x2="${box.right}" y1="${n1(y(condition.limit))}" y2="${n1(y(condition.limit))}"/><text class="red" x="${box.left + 6}" y="${n1(y(condition.limit) - 6)}">${condition.condition}</text>`,
    html`${shown.map((level) => whisker(level.figures[i], x(level.ratePerSec), y))}`,
    html`${shown.map((level) => levelMark(level, x(level.ratePerSec), y(value(level))))}`,
  ];
  const table = asTable(
    ["rate", condition.metricName, "came to"],
    measured
      .toSorted((a, b) => a.ratePerSec - b.ratePerSec)
      .map((level) => [
        formatRate(level.ratePerSec),
        formatMetric(value(level), condition.unit),
        level.reason,
      ]),
  );
  const legend = html`<span class="legend">${levelKeys(shown)}${result.capacity !== undefined && legendKey("var(--b2)", "95 % interval of the capacity", true)}</span>`;
  return html`<section class="card"${i === 0 && html` id="rates"`}><div class="title"><h2>${title}</h2><span class="sub">operations a second, logarithmic</span>${legend}</div>${scrollable(drawing(box, title, description, body), "wider")}${table}</section>`;
}

function interval({ capacity }: CapacityResult, x: Scale, box: Box): Html {
  if (capacity === undefined) return html``;
  const [low, middle, high] = [x(capacity.low), x(capacity.estimate), x(capacity.high)];
  const height = box.bottom - box.top;
  return html`<rect x="${n1(low)}" y="${box.top}" width="${n1(Math.max(1, high - low))}" height="${height}" fill="var(--b2)" opacity=".75"/><line x1="${n1(middle)}" x2="${n1(middle)}" y1="${box.top}" y2="${box.bottom}" stroke="var(--i0)" stroke-width="2"/><text class="strong" x="${n1(middle)}" y="${box.top - 8}" text-anchor="middle">${formatRate(capacity.estimate)}</text>`;
}

function whisker(figure: LevelFigure | undefined, x: number, y: Scale): Html | false {
  if (figure?.interval === undefined) return false;
  const [low, high] = figure.interval;
  return html`<line x1="${n1(x)}" x2="${n1(x)}" y1="${n1(y(low))}" y2="${n1(y(high))}" stroke="var(--grey)" stroke-width="1.5"/>`;
}
