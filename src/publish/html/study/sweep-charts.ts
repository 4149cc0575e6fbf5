import { area, line } from "d3-shape";
import { formatCount, formatDuration, formatRate } from "../../../base/units.ts";
import type { ScalingLaw, SweepLevel, SweepResult } from "../../../measure/sweep.ts";
import {
  asTable,
  type Box,
  boxOf,
  drawing,
  latencyLabel,
  legendKey,
  logScale,
  n1,
  numberText,
  type Scale,
  scrollable,
  valueAxis,
  zeroScale,
} from "../charts/frame.ts";
import { type Html, html } from "../template.ts";
import { logAxisBelow } from "./log-axis.ts";

type CurvePoint = ScalingLaw["curve"][number];

/** Throughput over the number of clients: what was measured, the law, what would be ideal, the peak, and where targets end. */
export function throughputChart(result: SweepResult): Html | false {
  const { levels, law } = result;
  if (levels.length < 2) return false;
  const box: Box = { ...boxOf(1164, 340), left: 74, top: 44 };
  const highs = [
    ...levels.map(({ throughput }) => throughput.high),
    ...(law?.curve ?? []).map(({ high }) => high),
  ];
  const { scale: y, ticks } = zeroScale(highs, box, 5);
  const { x, drawn } = clientsAxis(levels, box);
  const title = "Throughput over clients";
  const description =
    "Throughput at each number of clients with the least and the greatest round, the law of scalability that was fitted with its 95 % interval, and the straight line of ideal scaling.";
  const body = [
    drawn,
    html`${valueAxis(y, ticks, box, numberText)}`,
    law !== undefined && lawCurve(law, x, y, box),
    html`${levels.map((level) => point(level, x, y))}`,
    html`${targetEnds(result, x, box)}`,
  ];
  const keys = [
    law !== undefined && legendKey("var(--teal)", "law of scalability"),
    law !== undefined && legendKey("var(--grey)", "ideal"),
    legendKey("var(--i0)", "measured, least to greatest round"),
  ];
  const table = asTable(
    ["clients", "throughput", "least", "greatest", "rounds"],
    levels.map(({ clients, throughput, perRound }) => [
      formatCount(clients),
      formatRate(throughput.estimate),
      formatRate(throughput.low),
      formatRate(throughput.high),
      perRound.map(formatRate).join(", "),
    ]),
  );
  return html`<section class="card" id="throughput"><div class="title"><h2>${title}</h2><span class="sub">operations a second; clients are logarithmic, so the ideal is a curve</span><span class="legend">${keys}</span></div>${scrollable(drawing(box, title, description, body), "wider")}${table}</section>`;
}

function clientsAxis(levels: readonly SweepLevel[], box: Box) {
  const clients = levels.map(({ clients }) => clients);
  const [low, high] = [Math.min(...clients), Math.max(...clients)];
  return logAxisBelow([low * 0.93, high * 1.12], box, numberText, clients);
}

function lawCurve({ curve, lambda, peak }: ScalingLaw, x: Scale, y: Scale, box: Box): Html {
  const inside = curve.filter(({ clients }) => x(clients) > box.left);
  const band = area<CurvePoint>(
    ({ clients }) => x(clients),
    ({ low }) => y(low),
    ({ high }) => y(high),
  );
  const course = line<CurvePoint>(
    ({ clients }) => x(clients),
    ({ estimate }) => y(estimate),
  );
  const ideal = line<CurvePoint>(
    ({ clients }) => x(clients),
    ({ clients }) => y(lambda.estimate * clients),
  ).defined(({ clients }) => y(lambda.estimate * clients) >= box.top);
  const at = peak && x(peak.clients.estimate);
  const isSeen = at !== undefined && at < box.right;
  const mark =
    peak !== undefined &&
    at !== undefined &&
    isSeen &&
    html`<line class="ph" x1="${n1(at)}" x2="${n1(at)}" y1="${n1(y(peak.perSec))}" y2="${box.bottom}"/><path d="M${n1(at)},${n1(y(peak.perSec) - 7)}l6,7l-6,7l-6,-7z" fill="var(--card)" stroke="var(--teal)" stroke-width="2.2"/><text class="strong" x="${n1(at)}" y="${n1(y(peak.perSec) - 13)}" text-anchor="middle">peak at ${formatCount(peak.clients.estimate)}</text>`;
  return html`<path d="${band.digits(1)(inside) ?? ""}" fill="var(--teal)" opacity=".16"/><path d="${ideal.digits(1)(inside) ?? ""}" fill="none" stroke="var(--grey)" stroke-width="1.4" stroke-dasharray="6 4"/><path d="${course.digits(1)(inside) ?? ""}" fill="none" stroke="var(--teal)" stroke-width="2.2"/>${mark}`;
}

function point({ clients, throughput }: SweepLevel, x: Scale, y: Scale): Html {
  const [at, low, high] = [n1(x(clients)), n1(y(throughput.low)), n1(y(throughput.high))];
  const left = n1(x(clients) - 4);
  return html`<path d="M${left},${high}h8M${at},${high}V${low}M${left},${low}h8" stroke="var(--i0)" stroke-width="1.6" fill="none"/><circle cx="${at}" cy="${n1(y(throughput.estimate))}" r="4.5" fill="var(--i0)"/>`;
}

/** Where a target ends, as a dashed line with its text; each in a row of its own. */
function targetEnds({ targets, levels }: SweepResult, x: Scale, box: Box): Html[] {
  const most = levels.at(-1)?.clients;
  const ending = targets.filter(({ upTo }) => upTo !== undefined && upTo !== most);
  return ending.map(({ text, upTo = 1 }, i) => {
    const next = levels.find(({ clients }) => clients > upTo)?.clients ?? upTo;
    const at = x(Math.sqrt(upTo * next));
    const isLeft = at > (box.left + box.right) / 2;
    return html`<line class="lim" x1="${n1(at)}" x2="${n1(at)}" y1="${box.top - 34 + i * 14}" y2="${box.bottom}"/><text class="red" x="${n1(isLeft ? at - 6 : at + 6)}" y="${box.top - 26 + i * 14}" text-anchor="${isLeft ? "end" : "start"}">${text} ends after ${upTo}</text>`;
  });
}

/** Latency over the number of clients. */
export function latencyChart({ levels }: SweepResult): Html | false {
  const known = levels.flatMap(({ clients, p50, p99 }) =>
    p50 === undefined || p99 === undefined ? [] : [{ clients, p50, p99 }],
  );
  if (known.length < 2) return false;
  const box: Box = { ...boxOf(1164, 260), left: 74, right: 1164 - 50 };
  const { scale: y, ticks } = logScale(
    known.flatMap(({ p50, p99 }) => [p50, p99]),
    box,
  );
  const { x, drawn } = clientsAxis(levels, box);
  const course = (name: "p50" | "p99", colour: string): Html => {
    const path = line<(typeof known)[number]>(
      ({ clients }) => x(clients),
      (level) => y(level[name]),
    );
    const last = known.at(-1);
    const label =
      last &&
      html`<text class="strong" x="${n1(x(last.clients) + 10)}" y="${n1(y(last[name]) + 4)}">${name}</text>`;
    return html`<path d="${path.digits(1)(known) ?? ""}" fill="none" stroke="${colour}" stroke-width="2"/>${known.map((level) => html`<circle cx="${n1(x(level.clients))}" cy="${n1(y(level[name]))}" r="3.5" fill="${colour}"/>`)}${label}`;
  };
  const title = "Latency over clients";
  const description = "The median and the 99th percentile at each number of clients, over all rounds.";
  const body = [
    drawn,
    html`${valueAxis(y, ticks, box, latencyLabel)}`,
    course("p50", "var(--i0)"),
    course("p99", "var(--i1)"),
  ];
  const table = asTable(
    ["clients", "p50", "p99"],
    known.map(({ clients, p50, p99 }) => [formatCount(clients), formatDuration(p50), formatDuration(p99)]),
  );
  return html`<section class="card" id="latency"><div class="title"><h2>${title}</h2><span class="sub">closed loop: it hides queueing</span></div>${scrollable(drawing(box, title, description, body), "wider")}${table}</section>`;
}
