import { type Html, html } from "../template.ts";
import { n1 } from "./frame.ts";

/** An axis of changes in per cent, for rows of marks one below the other. */
export interface PercentAxis {
  /** Where a change stands, in per cent of the width, so that a drawing stretches without its shapes. */
  readonly place: (percent: number) => number;
  readonly ticks: readonly number[];
}

/** A line at each tick, over the whole height. */
export function gridLines({ place, ticks }: PercentAxis): Html[] {
  return ticks.map((tick) => {
    const x = `${n1(place(tick))}%`;
    return html`<line class="${tick === 0 ? "zero" : "ax"}" x1="${x}" x2="${x}" y1="0" y2="100%"/>`;
  });
}

/** The ticks in a drawing of their own; without a sign where both directions have a name. */
export function percentLabels({ place, ticks }: PercentAxis, withSign = false): Html {
  const anchor = (at: number): string => (at < 4 ? "start" : at > 96 ? "end" : "middle");
  const sign = (tick: number): string => (withSign && tick !== 0 ? (tick < 0 ? "−" : "+") : "");
  // On a phone every other one is left out, and zero stays.
  const zero = Math.max(0, ticks.indexOf(0));
  return html`<svg class="plot" aria-hidden="true">${ticks.map((tick, i) => html`<text class="${(i - zero) % 2 === 0 ? "" : "odd"}" x="${n1(place(tick))}%" y="15" text-anchor="${anchor(place(tick))}">${`${sign(tick)}${Number(Math.abs(tick).toPrecision(3))}\u202f%`}</text>`)}</svg>`;
}

/** An interval with a cap at each end, in the colour of its drawing's look; an arrow where it goes on beyond the axis. */
export function whisker(from: number, to: number): Html {
  const [low, high] = [clamp(from), clamp(to)];
  const line = html`<line x1="${n1(low)}%" x2="${n1(high)}%" y1="50%" y2="50%"/>`;
  const end = (at: number, isBeyond: boolean, side: number): Html =>
    html`<svg x="${n1(at)}%" y="50%"><path d="${isBeyond ? `M${-6 * side},-5L0,0L${-6 * side},5` : "M0,-5V5"}" fill="none"/></svg>`;
  return html`<g stroke="var(--vc)" stroke-width="2">${line}${end(low, from < 0, -1)}${end(high, to > 100, 1)}</g>`;
}

/** An estimate; hollow where nothing is decided. Beyond the axis it stands at its end. */
export function diamond(place: number, isHollow: boolean): Html {
  const at = clamp(place);
  const fill = isHollow ? "var(--card)" : "var(--vc)";
  return html`<svg x="${n1(at)}%" y="50%"><path d="M-6,0L0,-6L6,0L0,6z" fill="${fill}" stroke="var(--vc)" stroke-width="2"/></svg>`;
}

function clamp(place: number): number {
  return Math.min(99.5, Math.max(0.5, place));
}
