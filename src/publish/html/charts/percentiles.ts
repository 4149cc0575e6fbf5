import { formatDuration } from "../../../base/units.ts";
import type { MergedPhase } from "../../../measure/merge-phases.ts";
import type { Verdict } from "../../../measure/result.ts";
import type { ReportData } from "../report-data.ts";
import { type Html, html } from "../template.ts";
import {
  asTable,
  boxOf,
  drawing,
  inside,
  latencyLabel,
  logScale,
  n1,
  scrollable,
  valueAxis,
} from "./frame.ts";
import {
  curvePath,
  curvePoints,
  percentileAxis,
  percentileScale,
  percentText,
  placeOf,
  tabledQuantiles,
} from "./percentile-axis.ts";

/** The phase whose curve is drawn: the first open-loop one, since only there latency has a schedule to be held against. */
export function curvePhase({ phases }: Pick<ReportData, "phases">): MergedPhase | undefined {
  const measured = phases.filter(({ response }) => response.count > 0);
  return measured.find(({ loop }) => loop === "open") ?? measured[0];
}

/** Latency by percentile: response against service time, with the targets as steps. */
export function percentileCurve(data: ReportData): Html {
  const phase = curvePhase(data);
  if (phase === undefined) return html``;
  const box = boxOf(566, 270);
  const { x, highest } = percentileScale(phase.response.count, box);
  const response = curvePoints(phase.response, highest);
  const service = phase.loop === "open" ? curvePoints(phase.service, highest) : [];
  const verdicts = data.result.verdicts.filter((verdict) => isStep(verdict, phase.phase, highest));
  const values = [...response, ...service].map(([, value]) => value);
  const { scale: y, ticks } = logScale([...values, ...verdicts.map(({ limit }) => limit)], box);
  const body = [
    html`${valueAxis(y, ticks, box, latencyLabel)}`,
    percentileAxis(x, highest, box),
    inside(box, [
      html`<path data-s="service" d="${curvePath(service, x, y)}" fill="none" stroke="var(--grey)" stroke-width="1.6"/><path data-s="response" d="${curvePath(response, x, y)}" fill="none" stroke="var(--i0)" stroke-width="2.2"/>`,
      ...verdicts.map((verdict) => step(verdict, x, y)),
    ]),
  ];
  const shown = tabledQuantiles(highest);
  const table = asTable(
    ["percentile", "response", "service"],
    shown.map((q) => [
      percentText(q),
      formatDuration(phase.response.quantile(q)),
      formatDuration(phase.service.quantile(q)),
    ]),
    shown.map(placeOf),
  );
  const description = `Response and service time of the phase ${phase.phase}; the axis gives each further nine the same room.`;
  return html`${scrollable(drawing(box, "Latency by percentile", description, body, { from: 0, to: highest }))}${table}`;
}

function isStep(verdict: Verdict, phase: string, highest: number): boolean {
  const quantile = quantileOf(verdict);
  return (
    quantile !== undefined &&
    placeOf(quantile) <= highest &&
    (verdict.phase ?? phase) === phase &&
    verdict.op.startsWith("<")
  );
}

function quantileOf({ metricName }: Verdict): number | undefined {
  const percent = /^p([\d.]+)$/.exec(metricName)?.[1];
  return percent === undefined ? undefined : Number(`${percent}e-2`);
}

/** A target as a step up to its percentile; where it fails, the measured point has a ring. */
function step(verdict: Verdict, x: (at: number) => number, y: (value: number) => number): Html {
  const to = x(placeOf(quantileOf(verdict) ?? 0.5));
  const at = y(verdict.limit);
  const ring =
    verdict.outcome === "fail" &&
    verdict.measured !== undefined &&
    html`<circle cx="${n1(to)}" cy="${n1(y(verdict.measured))}" r="5" fill="none" stroke="var(--red)" stroke-width="2"/>`;
  return html`<path class="lim" d="M${n1(x(0))},${n1(at)}H${n1(to)}"/><text class="red" x="${n1(Math.max(to - 4, x(0) + 90))}" y="${n1(at - 6)}" text-anchor="end">${`${verdict.metricName} ${verdict.op} ${formatDuration(verdict.limit)}`}</text>${ring}`;
}
