import { scaleLog } from "d3-scale";
import { type Box, n1, type Scale } from "../charts/frame.ts";
import { type Html, html } from "../template.ts";

const roundNumbers = [1, 1.5, 2, 3, 4, 5, 6, 8].flatMap((step) =>
  Array.from({ length: 12 }, (_, decade) => step * 10 ** (decade - 3)),
);

/** A logarithmic axis below a chart, from one value to another, with those of the candidates as ticks that have room. */
export function logAxisBelow(
  [low, high]: readonly [number, number],
  box: Box,
  label: (value: number) => string,
  candidates: readonly number[] = roundNumbers,
): { readonly x: Scale; readonly drawn: Html } {
  const x = scaleLog([low, high], [box.left, box.right]).clamp(true);
  const inside = candidates.filter((step) => step >= low && step <= high).toSorted((a, b) => a - b);
  const room = 62;
  let lastAt = Number.NEGATIVE_INFINITY;
  const ticks = inside.filter((tick) => {
    if (x(tick) - lastAt < room) return false;
    lastAt = x(tick);
    return true;
  });
  const drawn = html`${ticks.map((tick) => html`<line class="ax" x1="${n1(x(tick))}" x2="${n1(x(tick))}" y1="${box.top}" y2="${box.bottom}"/><text x="${n1(x(tick))}" y="${box.bottom + 17}" text-anchor="middle">${label(tick)}</text>`)}`;
  return { x, drawn };
}
