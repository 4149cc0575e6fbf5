import { curveStepAfter, line } from "d3-shape";
import { formatDuration } from "../../../base/units.ts";
import type { TunedParam, TunedValue, TuneResult } from "../../../measure/tuning.ts";
import { settingText } from "../../tuned-words.ts";
import {
  asTable,
  type Box,
  boxOf,
  drawing,
  inside,
  legendKey,
  n1,
  seriesKey,
  someOf,
  timeLabels,
} from "../charts/frame.ts";
import { type Html, html } from "../template.ts";
import { paramAxis } from "./param-axis.ts";
import { type SearchTime, searchScale } from "./search-time.ts";
import { trialDots } from "./trial-marks.ts";

const mostDots = 400;

/** Where the search went with each parameter: small charts over the same time, each on the parameter's own scale. */
export function paramPaths(result: TuneResult, time: SearchTime): Html | false {
  const { params, trials, steps } = result;
  if (trials.length === 0 || params.length === 0) return false;
  const table = asTable(
    ["after", ...params.map(({ name }) => name)],
    someOf(steps).map(({ atMs, incumbent }) => [
      formatDuration(atMs * 1000),
      ...params.map((param) => settingText(param, incumbent[param.name] ?? param.default)),
    ]),
  );
  return html`<section class="card" id="paths"><div class="title"><h2>Paths of the parameters</h2><span class="sub">over the time of measuring, each on its own scale</span><span class="legend">${seriesKey("trials", "var(--i1)", "a trial", true)}${seriesKey("best", "var(--i0)", "best so far")}${legendKey("var(--grey)", "default")}</span></div><div class="three">${params.map((param) => path(param, result, time))}</div>${table}</section>`;
}

function path(param: TunedParam, { steps }: TuneResult, time: SearchTime): Html {
  const box: Box = { ...boxOf(366, 160), left: 64, top: 12 };
  const axis = paramAxis(param, box.bottom, box.top, 17);
  const x = searchScale(time, box);
  const settingIn = (config: Readonly<Record<string, TunedValue>>): TunedValue =>
    config[param.name] ?? param.default;
  const dots = someOf(
    time.blocks.flatMap(({ trials }) => trials),
    mostDots,
  );
  const points = [
    { atMs: 0, value: param.default },
    ...steps.map(({ atMs, incumbent }) => ({ atMs, value: settingIn(incumbent) })),
  ];
  const course = line<(typeof points)[number]>(
    ({ atMs }) => x(atMs),
    ({ value }) => axis.place(value),
  ).curve(curveStepAfter);
  const last = points.at(-1)?.value ?? param.default;
  const base = n1(axis.place(param.default));
  const body = [
    html`${axis.ticks.map(({ at, label }) => html`<line class="ax" x1="${box.left}" x2="${box.right}" y1="${n1(at)}" y2="${n1(at)}"/><text x="${box.left - 7}" y="${n1(at + 4)}" text-anchor="end">${label}</text>`)}`,
    html`${timeLabels(x, box)}`,
    html`<line class="base" x1="${box.left}" x2="${box.right}" y1="${base}" y2="${base}"/>`,
    inside({ ...box, left: box.left - 4, right: box.right + 4 }, [
      trialDots(
        dots.map(({ trial, midMs }) => ({ trial, x: x(midMs), y: axis.place(settingIn(trial.config)) })),
      ),
      html`<path data-s="best" d="${course.digits(1)(points) ?? ""}" fill="none" stroke="var(--i0)" stroke-width="2"/>`,
    ]),
    html`<circle class="ends" data-s="best" cx="${box.right}" cy="${n1(axis.place(last))}" r="4" fill="var(--i0)"/>`,
  ];
  const [from, to] = [settingText(param, param.default), settingText(param, last)];
  const note = from === to ? `stays ${from}` : `${from} → ${to}`;
  const description = `Values that were tried over time, and the best so far: from the default ${from} to ${to} in the end.`;
  return html`<div><div class="title"><h3>${param.name}</h3><span class="sub">${note}</span></div>${drawing(box, param.name, description, body, time)}</div>`;
}
