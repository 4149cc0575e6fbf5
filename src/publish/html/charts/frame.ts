import { type ScaleContinuousNumeric, scaleLinear, scaleLog } from "d3-scale";
import { formatCount, formatDuration } from "../../../base/units.ts";
import type { ReportData } from "../report-data.ts";
import { type Html, html, trusted } from "../template.ts";
import { timeLabel, timeTicks } from "./time-ticks.ts";

/** A chart's measures in its own units; the drawing area lies inside the margins. */
export interface Box {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** A scale that maps a value to a place. */
export type Scale = ScaleContinuousNumeric<number, number>;

/** Makes a box with margins for axes. */
export function boxOf(width: number, height: number): Box {
  return { width, height, left: 52, right: width - 14, top: 24, bottom: height - 26 };
}

/** A coordinate with one decimal: enough for a screen, short in the file. */
export function n1(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** Logarithmic from a decade's 1, 2 or 5 below the least value to one above the greatest. */
export function logScale(
  values: readonly number[],
  box: Box,
): { readonly scale: Scale; readonly ticks: readonly number[] } {
  const positive = values.filter((value) => value > 0 && Number.isFinite(value));
  const low = positive.length > 0 ? Math.min(...positive) : 1;
  const high = positive.length > 0 ? Math.max(...positive) : 10;
  const steps: number[] = [];
  for (let decade = Math.floor(Math.log10(low)); decade <= Math.ceil(Math.log10(high)) + 1; decade++) {
    for (const step of [1, 2, 5]) steps.push(step * 10 ** decade);
  }
  const from = steps.findLast((step) => step <= low) ?? low;
  const to = steps.find((step) => step >= high && step > from) ?? high * 2;
  const inside = steps.filter((step) => step >= from && step <= to);
  const ticks =
    inside.length > 12
      ? inside.filter((step) => Number.isInteger(Math.round(Math.log10(step) * 1e9) / 1e9))
      : inside;
  return { scale: scaleLog([from, to], [box.bottom, box.top]).clamp(true), ticks };
}

/** Linear from zero to a round number above the greatest value. */
export function zeroScale(
  values: readonly number[],
  box: Box,
  tickCount = 4,
): { readonly scale: Scale; readonly ticks: readonly number[] } {
  const high = values.reduce((most, value) => (Number.isFinite(value) ? Math.max(most, value) : most), 0);
  const scale = scaleLinear([0, high > 0 ? high * 1.05 : 1], [box.bottom, box.top]).nice(tickCount);
  return { scale, ticks: scale.ticks(tickCount) };
}

/** The time axis: milliseconds of the trial. */
export function timeScale({ endMs }: ReportData, box: Box): Scale {
  return scaleLinear([0, Math.max(1, endMs)], [box.left, box.right]);
}

/** Horizontal grid lines with their labels. */
export function valueAxis(
  scale: Scale,
  ticks: readonly number[],
  box: Box,
  label: (value: number) => string,
): Html[] {
  return ticks.map(
    (tick) =>
      html`<line class="ax" x1="${box.left}" x2="${box.right}" y1="${n1(scale(tick))}" y2="${n1(scale(tick))}"/><text x="${box.left - 7}" y="${n1(scale(tick) + 4)}" text-anchor="end">${label(tick)}</text>`,
  );
}

/** Seconds below, warm-up as a grey zone, phases by name above. */
export function timeAxis(data: ReportData, scale: Scale, box: Box, withNames = true): Html {
  const roomFor = (from: number, to: number, name: string): boolean =>
    scale(to) - scale(from) > name.length * 7.5 + 8;
  const zones = data.marks.map(({ name, kind, fromMs, toMs }) => {
    const x = n1(scale(fromMs));
    const zone =
      kind === "warmup" &&
      html`<rect x="${x}" y="${box.top}" width="${n1(scale(toMs) - scale(fromMs))}" height="${box.bottom - box.top}" fill="var(--zone)"/>`;
    const edge =
      fromMs > 0 && html`<line class="ph" x1="${x}" x2="${x}" y1="${box.top - 14}" y2="${box.bottom}"/>`;
    const text =
      withNames &&
      roomFor(fromMs, toMs, name) &&
      html`<text class="strong" x="${n1(scale(fromMs) + 5)}" y="${box.top - 6}">${name}</text>`;
    return html`${zone}${edge}${text}`;
  });
  return html`${inside(box, zones)}${timeLabels(scale, box)}`;
}

/** Labels of a time axis in milliseconds, below; a zoom replaces them. */
export function timeLabels(scale: Scale, box: Box): Html {
  const [from = 0, to = 0] = scale.domain();
  const ticks = timeTicks(from, to, Math.max(3, (box.right - box.left) / 64));
  return html`<g class="times">${ticks.map(
    (tick) =>
      html`<text x="${n1(scale(tick))}" y="${box.bottom + 17}" text-anchor="middle">${timeLabel(tick)}</text>`,
  )}</g>`;
}

/**
 * What is drawn along the axis, cut off at its ends: a zoom moves it. Coordinates are those of the chart. Paths must be
 * of absolute `M`, `L` and `H`; what has a `data-at` moves as a whole, with that coordinate.
 */
export function inside({ left, right, height }: Box, drawn: readonly (Html | false)[]): Html {
  const width = right - left;
  return html`<svg class="in" x="${left}" y="0" width="${width}" height="${height}" style="width:${width}px;height:${height}px" viewBox="${left} 0 ${width} ${height}">${drawn}</svg>`;
}

/**
 * The axis of a chart with a cursor: `endMs` for one over the time of the page's data; `from` and `to` for one of its own,
 * whose figures are in the table beside it, placed by `asTable`.
 */
export type CursorAxis = { readonly endMs: number } | { readonly from: number; readonly to: number };

/** The drawing with its title and description for those who do not see it. */
export function drawing(
  box: Box,
  title: string,
  description: string,
  body: readonly (Html | false)[],
  axis?: CursorAxis,
): Html {
  const cross =
    axis !== undefined && html`<line class="cross" y1="${box.top}" y2="${box.bottom}" x1="0" x2="0"/>`;
  return html`<svg viewBox="0 0 ${box.width} ${box.height}" role="img" aria-label="${`${title}. ${description}`}"${axis !== undefined && axisFacts(axis, box)}><title>${title}</title><desc>${description}</desc>${body}${cross}</svg>`;
}

function axisFacts(axis: CursorAxis, { left, right, width }: Box): Html {
  const [ends, own] = "endMs" in axis ? [[0, axis.endMs], ""] : [[axis.from, axis.to], ' data-axis="own"'];
  return trusted(
    ` data-t="${left} ${right} ${ends.map((end) => Number(end.toFixed(3))).join(" ")} ${width}"${own}`,
  );
}

/** A drawing that keeps its size on a phone and scrolls inside its card, so that its text can be read. */
export function scrollable(chart: Html, size: "wide" | "wider" = "wide"): Html {
  return html`<div class="scroll" tabindex="0"><div class="${size}">${chart}</div></div>`;
}

/**
 * The same figures as a table, folded away. Where `places` says where each row stands on the chart's own axis, the cursor
 * of the chart beside it tells them.
 */
export function asTable(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  places?: readonly number[],
): Html {
  const place = (i: number): Html | false =>
    places?.[i] !== undefined && html` data-x="${Number(places[i].toFixed(3))}"`;
  return html`<details class="alt"><summary>Show as table</summary><div class="scroll" tabindex="0"><table${places !== undefined && html` data-axis="own"`}><thead><tr>${heads.map((head, i) => html`<th class="${i > 0 ? "r" : ""}">${head}</th>`)}</tr></thead><tbody>${rows.map((row, i) => html`<tr${place(i)}>${row.map((cell, j) => html`<td class="${j > 0 ? "r" : ""}">${cell}</td>`)}</tr>`)}</tbody></table></div></details>`;
}

/** At most `most` of the rows, evenly chosen. */
export function someOf<Row>(rows: readonly Row[], most = 60): readonly Row[] {
  const step = Math.max(1, Math.ceil(rows.length / most));
  return rows.filter((_, i) => i % step === 0);
}

/** A latency's label on an axis. */
export function latencyLabel(micros: number): string {
  return formatDuration(micros);
}

/** A colour and what it stands for, in a chart's legend: a line, or a box. */
export function legendKey(colour: string, name: string, isBox = false): Html {
  return html`<span><i class="${isBox ? "box" : ""}" style="background:${colour}"></i>${name}</span>`;
}

/** A key of the legend that hides and shows what is drawn with `data-s` of the same name in its card or `.chart`. */
export function seriesKey(series: string, colour: string, name: string, isBox = false): Html {
  return html`<button type="button" aria-pressed="true" data-series="${series}"><i class="${isBox ? "box" : ""}" style="background:${colour}"></i>${name}</button>`;
}

/** A plain number, short enough for an axis: `500`, `1 000`, `20k`, `1.05M`. */
export function numberText(value: number): string {
  const size = Math.abs(value);
  const [figure, unit] =
    size >= 1e9
      ? [value / 1e9, "G"]
      : size >= 1e6
        ? [value / 1e6, "M"]
        : size >= 10_000
          ? [value / 1000, "k"]
          : [value, ""];
  if (unit === "" && size >= 1000) return formatCount(value);
  return `${Number(figure.toPrecision(3))}${unit}`;
}
