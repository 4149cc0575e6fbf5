import type { Comparison, MetricComparison } from "../../../measure/comparison.ts";
import {
  confidenceText,
  countOfPairs,
  describeChange,
  marginText,
  valueText,
} from "../../../measure/comparison-wording.ts";
import { judgedMetrics, shownMetrics } from "../../comparison/verdicts.ts";
import { metricTitle } from "../../metric-title.ts";
import { heading } from "../sections/heading.ts";
import { type Html, html } from "../template.ts";
import { metricLook } from "./looks.ts";

/** All metrics in figures, failures first; those that are only shown come last. */
export function metricsTable(comparison: Comparison, id: string): Html | false {
  const metrics = [...judgedMetrics(comparison), ...shownMetrics(comparison)];
  if (metrics.length === 0) return false;
  const { base, candidate } = comparison;
  return html`<section class="card" id="${id}"><div class="title"><h2>Metrics</h2><span class="sub">Failures first. Values are medians over the pairs; intervals are of the change${confidenceOf(metrics)}. Smallest visible: the worsening that 95 % of such runs would show.</span></div><div class="scroll" tabindex="0"><table class="stack"><thead><tr>${heading("Verdict", false)}${heading("Metric", false)}${heading(base.name)}${heading(candidate.name)}${heading("Change")}${heading("Margin")}${heading("Smallest visible")}</tr></thead><tbody>${metrics.map((metric) => row(metric, comparison))}</tbody></table></div></section>`;
}

function row(metric: MetricComparison, { base, candidate }: Comparison): Html {
  const look = metricLook(metric);
  const { change, interval } = describeChange(metric);
  const isOpen = metric.outcome === "fail" || metric.outcome === "inconclusive";
  const where = metric.phase === undefined ? "the whole process" : `phase ${metric.phase}`;
  const effect = metric.smallestEffect === undefined ? "–" : marginText(metric, metric.smallestEffect);
  return html`<tr class="${metric.outcome === "fail" ? "v-fail" : ""}"><td data-v="${look.word}"><span class="pill ${look.className}">${look.icon}${look.word}</span></td><td class="whole" style="min-width:190px" data-v="${`${metric.metric} ${metric.phase ?? ""}`}"><b>${metricTitle(metric.metric)}</b><small>${where}</small>${isOpen && html`<small class="why">${metric.sentence}</small>`}</td><td class="r" data-label="${base.name}" data-v="${metric.base ?? ""}">${valueText(metric, metric.base)}</td><td class="r" data-label="${candidate.name}" data-v="${metric.candidate ?? ""}"><b>${valueText(metric, metric.candidate)}</b></td><td class="r" data-label="Change" data-v="${metric.estimate ?? ""}"><b>${change}</b><small>${interval}</small></td><td class="r" data-label="Margin" data-v="${metric.margin}">${marginText(metric, metric.margin)}<small>${metric.judged ? "judged" : "not judged"}</small></td><td class="r" data-label="Smallest visible" data-v="${metric.smallestEffect ?? ""}">${effect}<small>${pairsText(metric)}</small></td></tr>`;
}

/** Metrics that are held to different errors have intervals of different confidence. */
function confidenceOf(metrics: readonly MetricComparison[]): string {
  const texts = [...new Set(metrics.toSorted((a, b) => a.confidence - b.confidence).map(confidenceText))];
  const ends = texts.length > 1 ? [texts[0], texts.at(-1)] : texts;
  return `, at ${ends.join(" to ")} confidence`;
}

function pairsText({ pairs, pairsNeeded = 0, verdict }: MetricComparison): string {
  const isOpen = verdict === "inconclusive" && pairsNeeded > pairs;
  return isOpen ? `${pairs} of about ${pairsNeeded} pairs` : countOfPairs(pairs);
}
