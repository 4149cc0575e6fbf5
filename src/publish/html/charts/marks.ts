import type { TimelineMark } from "../../../measure/result.ts";
import type { ReportData } from "../report-data.ts";
import { type Html, html } from "../template.ts";
import { type Box, n1, type Scale } from "./frame.ts";

/** What happened to the target, behind the data: a shaded zone for what lasted, a line for what did not. */
export function markZones({ trial, endMs }: ReportData, x: Scale, box: Box): Html[] {
  return (trial?.marks ?? []).map(({ atMs, untilMs = atMs }) => {
    const from = x(atMs);
    const to = x(Math.min(untilMs, endMs));
    const height = box.bottom - box.top;
    return html`<rect class="mark" x="${n1(from)}" y="${box.top}" width="${n1(Math.max(1.5, to - from))}" height="${height}"/><line class="mark" x1="${n1(from)}" x2="${n1(from)}" y1="${box.top}" y2="${box.bottom}"/>`;
  });
}

const pillHeight = 20;
const characterWidth = 7.3;

/** Names of the marks as pills at the top of a chart; where two would touch, the later one is put lower. */
export function markPills({ trial }: ReportData, x: Scale, box: Box): Html[] {
  const rowEnds: number[] = [];
  return (trial?.marks ?? []).map((mark) => {
    const width = mark.label.length * characterWidth + 18;
    const left = Math.max(box.left, Math.min(x(mark.atMs), box.right - width));
    const free = rowEnds.findIndex((end) => end + 4 <= left);
    const row = free < 0 ? rowEnds.length : free;
    rowEnds[row] = left + width;
    return pill(mark, x(mark.atMs), { left, top: box.top + 4 + row * (pillHeight + 3), width });
  });
}

function pill(
  { label }: TimelineMark,
  at: number,
  { left, top, width }: { readonly left: number; readonly top: number; readonly width: number },
): Html {
  return html`<g class="pill-mark" data-at="${n1(at)}"><rect x="${n1(left)}" y="${n1(top)}" width="${n1(width)}" height="${pillHeight}" rx="10"/><text x="${n1(left + width / 2)}" y="${n1(top + 14)}" text-anchor="middle">${label}</text></g>`;
}
