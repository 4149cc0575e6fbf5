import type { CapacityLevel } from "../../../measure/capacity.ts";
import { n1 } from "../charts/frame.ts";
import { type Html, html } from "../template.ts";

type Kind = CapacityLevel["outcome"] | "confirmed";

/** How a level is drawn around (0, 0); shapes, so that colour alone never tells. */
const marks: Readonly<Record<Kind, { readonly name: string; readonly drawn: Html }>> = {
  met: { name: "met", drawn: html`<circle r="4.5" fill="var(--green)"/>` },
  broken: {
    name: "too much",
    drawn: html`<path d="M-4.5,-4.5L4.5,4.5M-4.5,4.5L4.5,-4.5" stroke="var(--red)" stroke-width="2.4" fill="none"/>`,
  },
  generator: {
    name: "the generator was the limit",
    drawn: html`<path d="M0,-5L5,4H-5z" fill="none" stroke="var(--amber)" stroke-width="2"/>`,
  },
  confirmed: {
    name: "confirmation",
    drawn: html`<path d="M0,-7L7,0L0,7L-7,0z" fill="var(--card)" stroke="var(--green)" stroke-width="2.4"/>`,
  },
};

function kindOf({ stage, outcome }: CapacityLevel): Kind {
  return stage === "confirm" && outcome === "met" ? "confirmed" : outcome;
}

/** A level at a place. */
export function levelMark(level: CapacityLevel, x: number, y: number): Html {
  return html`<g transform="translate(${n1(x)} ${n1(y)})">${marks[kindOf(level)].drawn}</g>`;
}

/** The keys of those marks that there are. */
export function levelKeys(levels: readonly CapacityLevel[]): Html {
  const kinds = (Object.keys(marks) as Kind[]).filter((kind) =>
    levels.some((level) => kindOf(level) === kind),
  );
  return html`${kinds.map((kind) => html`<span><svg class="glyph" viewBox="-8 -8 16 16" aria-hidden="true">${marks[kind].drawn}</svg>${marks[kind].name}</span>`)}`;
}
