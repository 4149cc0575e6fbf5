import { formatDuration } from "../../../base/units.ts";
import { breakerGraph } from "../charts/breaker-graph.ts";
import { type BreakerSpan, spansOf, stateWord } from "../charts/breaker-spans.ts";
import { breakerTimeline } from "../charts/breaker-timeline.ts";
import { asTable } from "../charts/frame.ts";
import type { ReportData } from "../report-data.ts";
import { type Html, html } from "../template.ts";

/** More changes than this are left to result.json. */
const mostTabled = 60;
const keys = [
  ["closed", "closed"],
  ["open", "open"],
  ["half_open", "half-open"],
  ["degraded", "degraded by a dependency"],
  ["recovering", "recovering"],
] as const;

/** The services of a run with their breakers: who depends on whom, and how the states went over time. */
export function networkSection(data: ReportData): Html | false {
  const network = data.trial?.network;
  if (network === undefined || data.endMs <= 0) return false;
  const spans = new Map(network.nodes.map(({ name }) => [name, spansOf(network, name, data.endMs)]));
  const left =
    network.leftOut !== undefined &&
    html` The last ${network.leftOut} changes of state are left out: there were too many.`;
  const legend = keys.map(
    ([state, name]) => html`<span><i class="box span" data-state="${state}"></i>${name}</span>`,
  );
  return html`<section class="card" id="network"><div class="title"><h2>Breaker network</h2><span class="sub">who depends on whom; nothing is called that cannot answer.${left}</span><span class="legend">${legend}</span></div><div class="network"><div class="graph">${breakerGraph(network, spans)}<p class="sub" id="moment">the worst state of each in the run</p></div><div class="course">${breakerTimeline(data, [...spans].toReversed())}</div></div>${changesTable([...spans.values()])}</section>`;
}

function changesTable(spans: readonly (readonly BreakerSpan[])[]): Html {
  const changes = spans
    .flatMap((own) => own.slice(1))
    .toSorted((a, b) => a.fromMs - b.fromMs)
    .slice(0, mostTabled);
  return asTable(
    ["at", "breaker", "became", "for", "why"],
    changes.map(({ breaker, state, fromMs, toMs, reason }) => [
      formatDuration(fromMs * 1000),
      breaker,
      stateWord(state),
      formatDuration((toMs - fromMs) * 1000),
      reason,
    ]),
  );
}
