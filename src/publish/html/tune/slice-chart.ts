import { area, line } from "d3-shape";
import type { ShareEstimate, TunedParam, TunedValue, TuneSensitivity } from "../../../measure/tuning.ts";
import { settingText, shareText } from "../../tuned-words.ts";
import { type Box, drawing, n1, type Scale } from "../charts/frame.ts";
import { type Html, html } from "../template.ts";
import { type ParamAxis, paramAxis } from "./param-axis.ts";
import type { ShareAxis } from "./share-axis.ts";

/** The objective along one parameter, the others held at the best configuration. */
export interface Slice {
  /** One word that no other drawing of the page has. */
  readonly id: string;
  readonly param: TunedParam;
  readonly points: TuneSensitivity["slice"];
  /** What the parameter is in the best configuration. */
  readonly best: TunedValue | undefined;
}

type SlicePoint = Slice["points"][number];

/** Draws a slice with its band; what is worse than the axis reaches goes out at its upper edge. */
export function sliceChart({ id, param, points, best }: Slice, shares: ShareAxis, box: Box): Html {
  const axis = paramAxis(param, box.left, box.right, 44);
  const y = shares.y.copy().clamp(false);
  const { left, right, top, bottom } = box;
  const body = [
    html`<clipPath id="${id}"><rect x="${left - 6}" y="${top}" width="${right - left + 12}" height="${bottom - top}"/></clipPath>`,
    shares.drawn,
    html`${axis.ticks.map(({ at, label }) => html`<text x="${n1(at)}" y="${bottom + 17}" text-anchor="middle">${label}</text>`)}`,
    upright(axis.place(param.default), "base", box),
    best !== undefined && upright(axis.place(best), "best", box),
    html`<g clip-path="url(#${id})">${param.values === undefined ? band(points, axis, y) : whiskers(points, axis, y)}</g>`,
    html`${hoverColumns(param, points, axis, box)}`,
  ];
  const description = `The objective along ${param.name}, the other parameters held at the best configuration.`;
  const note = best === undefined ? "" : `best ${settingText(param, best)}`;
  return html`<div><div class="title"><h3>${param.name}</h3><span class="sub">${note}</span></div>${drawing(box, param.name, description, body)}</div>`;
}

function upright(at: number, className: string, { top, bottom }: Box): Html {
  return html`<line class="${className}" x1="${n1(at)}" x2="${n1(at)}" y1="${top}" y2="${bottom}"/>`;
}

function band(points: Slice["points"], { place }: ParamAxis, y: Scale): Html {
  const at = ({ value }: SlicePoint): number => place(value);
  const height = (end: keyof ShareEstimate) => (point: SlicePoint) => y(point.share[end]);
  const filled = area<SlicePoint>(at, height("low"), height("high")).digits(1)([...points]) ?? "";
  const middle = line<SlicePoint>(at, height("estimate")).digits(1)([...points]) ?? "";
  return html`<path d="${filled}" fill="var(--b2)" opacity=".8"/><path d="${middle}" fill="none" stroke="var(--i0)" stroke-width="2"/>`;
}

/** Between the values of a choice there is nothing. */
function whiskers(points: Slice["points"], { place }: ParamAxis, y: Scale): Html {
  return html`${points.map(({ value, share }) => {
    const [x, low, high] = [place(value), y(share.low), y(share.high)].map(n1);
    return html`<path d="M${x},${low}V${high}" stroke="var(--b1)" stroke-width="11" fill="none"/><circle cx="${x}" cy="${n1(y(share.estimate))}" r="3.6" fill="var(--i0)"/>`;
  })}`;
}

/** The figures of a point over all the height that is nearer to it than to its neighbours. */
function hoverColumns(
  param: TunedParam,
  points: Slice["points"],
  { place }: ParamAxis,
  { left, right, top, bottom }: Box,
): Html[] {
  const places = points.map(({ value }) => place(value));
  const edges = places.slice(1).map((at, i) => ((places[i] ?? at) + at) / 2);
  return points.map(({ value, share }, i) => {
    const [from, to] = [edges[i - 1] ?? left, edges[i] ?? right];
    return html`<rect x="${n1(from)}" y="${top}" width="${n1(Math.max(0, to - from))}" height="${bottom - top}" fill="transparent"><title>${settingText(param, value)}: ${shareText(share)}</title></rect>`;
  });
}
