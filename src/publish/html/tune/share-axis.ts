import { scaleLinear, scaleLog } from "d3-scale";
import { type Box, type Scale, valueAxis } from "../charts/frame.ts";
import { type Html, html } from "../template.ts";

/** The axis of shares of the default's objective. */
export interface ShareAxis {
  /** Where a share stands; beyond the axis at its end. */
  readonly y: Scale;
  /** The greatest share that the axis reaches to. */
  readonly most: number;
  /** Grid, labels, and a line at 1. */
  readonly drawn: Html;
}

/** The more wanted the sooner. */
const logTicks = [
  1, 0.5, 2, 0.2, 0.1, 0.7, 1.5, 3, 0.3, 0.05, 0.02, 0.01, 0.4, 0.6, 0.8, 1.2, 0.9, 5, 10, 20, 50,
];

/**
 * Fits an axis to shares: logarithmic, unless they are close to each other. What is worse than `mostShown` times the
 * default need not be told apart.
 */
export function shareAxis(shares: readonly number[], box: Box, mostShown = 3): ShareAxis {
  const known = shares.filter((share) => Number.isFinite(share) && share > 0);
  const low = Math.max(0.01, Math.min(1, ...known)) / 1.06;
  const most = Math.min(mostShown, Math.max(1, ...known) * 1.06);
  const isWide = most / low > 1.6;
  const y: Scale = (isWide ? scaleLog : scaleLinear)([low, most], [box.bottom, box.top]).clamp(true);
  const ticks = isWide
    ? apart(
        logTicks.filter((tick) => tick >= low && tick <= most),
        y,
      )
    : y.ticks(5);
  const at = Math.round(y(1) * 10) / 10;
  const line = html`<line class="base" x1="${box.left}" x2="${box.right}" y1="${at}" y2="${at}"/>`;
  return { y, most, drawn: html`${valueAxis(y, ticks, box, multipleText)}${line}` };
}

/** Those of the wanted ticks that leave each other room. */
function apart(ticks: readonly number[], y: Scale): readonly number[] {
  const kept: number[] = [];
  for (const tick of ticks) {
    if (kept.every((other) => Math.abs(y(other) - y(tick)) >= 18)) kept.push(tick);
  }
  return kept;
}

/** A share as a multiple of the default's: `0.5×`. */
export function multipleText(share: number): string {
  return `${Number(share.toPrecision(3))}×`;
}
