import type { TuneTrial } from "../../../measure/tuning.ts";
import { n1 } from "../charts/frame.ts";
import { type Html, html } from "../template.ts";

type Role = TuneTrial["role"];

/** How the dot of each role is drawn around (0, 0); shapes, so that colour alone never tells. */
const marks: Readonly<Record<Role, { readonly name: string; readonly drawn: Html }>> = {
  default: { name: "default", drawn: html`<path d="M-3.5,-3.5h7v7h-7z" fill="var(--grey)"/>` },
  explore: { name: "spread", drawn: html`<path d="M0,-4.4L4.2,3.2H-4.2z" fill="var(--teal)"/>` },
  probe: { name: "probe", drawn: html`<circle r="3" fill="var(--i2)" stroke="var(--i1)"/>` },
  descend: { name: "descent", drawn: html`<circle r="3.6" fill="var(--i0)"/>` },
  race: {
    name: "once more",
    drawn: html`<path d="M0,-5L5,0L0,5L-5,0z" fill="var(--card)" stroke="var(--i0)" stroke-width="1.6"/>`,
  },
};

const crossed = html`<path d="M-4.5,-4.5L4.5,4.5M-4.5,4.5L4.5,-4.5" stroke="var(--red)" stroke-width="2" fill="none"/>`;

/** Why a configuration was measured, in a word. */
export function roleName(role: Role): string {
  return marks[role].name;
}

/** Whether a trial is out: it did not work, or it missed a target. */
export function isOut({ share, missed }: TuneTrial): boolean {
  return share === undefined || missed.length > 0;
}

/** A trial at a place: the mark of its role, crossed out where it is out. */
export function trialMark(trial: TuneTrial, x: number, y: number, size: number): Html {
  const drawn = trial.share !== undefined && marks[trial.role].drawn;
  const scaled = size === 1 ? "" : ` scale(${size})`;
  return html`<g data-s="${trial.role}" data-at="${n1(x)}" transform="${`translate(${n1(x)} ${n1(y)})${scaled}`}">${drawn}${isOut(trial) && crossed}</g>`;
}

/** A trial at a place. */
export interface PlacedTrial {
  readonly trial: TuneTrial;
  readonly x: number;
  readonly y: number;
}

/** All trials in two paths, which is short: small crosses for those that are out, dots for the others. */
export function trialDots(placed: readonly PlacedTrial[]): Html {
  const dots = placed.filter(({ trial }) => !isOut(trial)).map(({ x, y }) => `M${n1(x)},${n1(y)}h0`);
  const crosses = placed
    .filter(({ trial }) => isOut(trial))
    .map(({ x, y }) => `M${n1(x - 3)},${n1(y - 3)}l6,6m0,-6l-6,6`);
  return html`<path class="dots" data-s="trials" d="${dots.join("")}" fill="none" stroke="var(--i1)" stroke-width="4.8" stroke-linecap="round"/><path class="crosses" data-s="trials" d="${crosses.join("")}" fill="none" stroke="var(--red)" stroke-width="1.4"/>`;
}

/** The keys of those roles that there are, each of which hides and shows its marks, and of what is crossed out. */
export function trialKeys(trials: readonly TuneTrial[]): Html {
  const glyph = (drawn: Html): Html =>
    html`<svg class="glyph" viewBox="-6 -6 12 12" aria-hidden="true">${drawn}</svg>`;
  const key = (role: Role): Html =>
    html`<button type="button" aria-pressed="true" data-series="${role}">${glyph(marks[role].drawn)}${marks[role].name}</button>`;
  const roles = (Object.keys(marks) as Role[]).filter((role) => trials.some((trial) => trial.role === role));
  return html`${roles.map(key)}${trials.some(isOut) && html`<span>${glyph(crossed)}misses a target, or did not work</span>`}`;
}
