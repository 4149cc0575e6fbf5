import { formatDuration } from "../../../base/units.ts";
import type { Comparison, VariantPhase } from "../../../measure/comparison.ts";
import { decodeHistogram, type LatencyHistogram } from "../../../stats/histogram.ts";
import {
  asTable,
  boxOf,
  drawing,
  inside,
  latencyLabel,
  logScale,
  scrollable,
  seriesKey,
  valueAxis,
} from "../charts/frame.ts";
import {
  curvePath,
  curvePoints,
  percentileAxis,
  percentileScale,
  percentText,
  placeOf,
  tabledQuantiles,
} from "../charts/percentile-axis.ts";
import { type Html, html } from "../template.ts";

/** More phases than this are left to the table. */
const mostCurves = 4;

/**
 * Latency by percentile of each phase whose latency is judged (open loops; where there is none, of each whose latency is
 * known): the base grey, the candidate in front of it.
 */
export function percentileCurves(comparison: Comparison): readonly Html[] {
  const { metrics, candidatePhases } = comparison;
  const latencies = metrics.filter(({ metric }) => /^p\d/.test(metric));
  const judged = latencies.filter((metric) => metric.judged);
  const drawn = new Set((judged.length > 0 ? judged : latencies).map(({ phase }) => phase));
  return candidatePhases
    .filter(({ phase }) => drawn.size === 0 || drawn.has(phase))
    .slice(0, mostCurves)
    .flatMap((candidate) => {
      const base = comparison.basePhases.find(({ phase }) => phase === candidate.phase);
      const card = curves(comparison, candidate, base);
      return card === undefined ? [] : [card];
    });
}

function curves(
  comparison: Comparison,
  candidatePhase: VariantPhase,
  basePhase: VariantPhase | undefined,
): Html | undefined {
  const candidate = decodeHistogram(candidatePhase.response);
  const base = basePhase && decodeHistogram(basePhase.response);
  const count = Math.max(candidate.count, base?.count ?? 0);
  if (count === 0) return undefined;
  const box = boxOf(566, 270);
  const { x, highest } = percentileScale(count, box);
  const front = curvePoints(candidate, highest);
  const behind = base ? curvePoints(base, highest) : [];
  const { scale: y, ticks } = logScale(
    [...front, ...behind].map(([, value]) => value),
    box,
  );
  const body = [
    percentileAxis(x, highest, box),
    html`${valueAxis(y, ticks, box, latencyLabel)}`,
    inside(box, [
      html`<path data-s="base" d="${curvePath(behind, x, y)}" fill="none" stroke="var(--grey)" stroke-width="1.8"/><path data-s="candidate" d="${curvePath(front, x, y)}" fill="none" stroke="var(--i0)" stroke-width="2.2"/>`,
    ]),
  ];
  const { base: baseSide, candidate: candidateSide } = comparison;
  const cell = (histogram: LatencyHistogram | undefined, q: number): string =>
    histogram === undefined ? "–" : formatDuration(histogram.quantile(q));
  const shown = tabledQuantiles(highest);
  const table = asTable(
    ["percentile", baseSide.name, candidateSide.name],
    shown.map((q) => [percentText(q), cell(base, q), cell(candidate, q)]),
    shown.map(placeOf),
  );
  const { phase } = candidatePhase;
  const description = `All latencies of the phase ${phase}, over all pairs; the axis gives each further nine the same room.`;
  return html`<section class="card"><div class="title"><h2>Latency by percentile</h2><span class="sub">phase ${phase}</span><span class="legend">${seriesKey("base", "var(--grey)", baseSide.name)}${seriesKey("candidate", "var(--i0)", candidateSide.name)}</span></div>${scrollable(drawing(box, "Latency by percentile", description, body, { from: 0, to: highest }))}${table}</section>`;
}
