import { formatDuration } from "../../../base/units.ts";
import type { ReportData } from "../report-data.ts";
import { type Html, html } from "../template.ts";
import { type BreakerSpan, stateWord, visibleSpans } from "./breaker-spans.ts";
import {
  type Box,
  boxOf,
  drawing,
  inside,
  n1,
  type Scale,
  scrollable,
  timeLabels,
  timeScale,
} from "./frame.ts";
import { markZones } from "./marks.ts";

const rowHeight = 44;
const bandHeight = 24;
const leastWidth = 1.5;

/** One row a breaker, in the order of the graph: a thin line while it is closed, a band in every other state. */
export function breakerTimeline(
  data: ReportData,
  rows: readonly (readonly [string, readonly BreakerSpan[]])[],
): Html {
  const bare = boxOf(760, rows.length * rowHeight + 34);
  const box: Box = { ...bare, left: 112, top: 8 };
  const x = timeScale(data, box);
  const leastMs = x.invert(box.left + leastWidth) - x.invert(box.left);
  const names = rows.map(
    ([name], i) =>
      html`<text class="strong" x="${box.left - 9}" y="${middleOf(i, box) + 4}" text-anchor="end">${name.length > 13 ? `${name.slice(0, 12)}…` : name}</text>`,
  );
  const body = [
    html`${names}`,
    inside(box, [
      ...markZones(data, x, box),
      ...rows.map(
        ([, spans], i) =>
          html`${visibleSpans(spans, leastMs).map((span) => band(span, middleOf(i, box), x))}`,
      ),
    ]),
    timeLabels(x, box),
  ];
  const description =
    "When each breaker was closed, open, half-open, degraded by what it depends on, or recovering.";
  return scrollable(drawing(box, "States of the breakers", description, body, data));
}

function middleOf(row: number, { top }: Box): number {
  return top + (row + 0.5) * rowHeight;
}

/** The word stands in it where there is room. */
function band(span: BreakerSpan, middle: number, x: Scale): Html {
  const { breaker, state, fromMs, toMs, reason } = span;
  const [from, to] = [x(fromMs), x(toMs)];
  const height = state === "closed" ? 4 : bandHeight;
  const told = `${breaker} ${stateWord(state)} from ${formatDuration(fromMs * 1000)} to ${formatDuration(toMs * 1000)}${reason === "" ? "" : `: ${reason}`}`;
  const word = stateWord(state);
  const label =
    state !== "closed" &&
    to - from > word.length * 7 + 10 &&
    html`<text x="${n1((from + to) / 2)}" y="${middle + 4}" text-anchor="middle">${word}</text>`;
  return html`<g class="span" data-breaker="${breaker}" data-state="${state}" data-from="${n1(fromMs)}" data-to="${n1(toMs)}"><title>${told}</title><rect x="${n1(from)}" y="${middle - height / 2}" width="${n1(Math.max(leastWidth, to - from))}" height="${height}"/>${label}</g>`;
}
