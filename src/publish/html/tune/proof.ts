import { formatDuration } from "../../../base/units.ts";
import type { Comparison } from "../../../measure/comparison.ts";
import { confidenceText, countOfPairs, effortSentence } from "../../../measure/comparison-wording.ts";
import type { TuneProof, TuneResult } from "../../../measure/tuning.ts";
import { judgedMetrics, shownMetrics } from "../../comparison/verdicts.ts";
import { configText } from "../../tuned-words.ts";
import { legendKey } from "../charts/frame.ts";
import { forest } from "../comparison/forest.ts";
import { percentileCurves } from "../comparison/percentile-curves.ts";
import { type Html, html } from "../template.ts";
import { estimateOf } from "./claim.ts";
import { claimLadder } from "./claim-ladder.ts";
import { proofLooks } from "./looks.ts";
import { candidateText, type ShownProof, shownProof } from "./shown-proof.ts";

/** What every candidate came to, and of the last one all metrics, the ladder of its claim, and latencies before and after. */
export function proof(result: TuneResult): Html | false {
  const { proofs } = result;
  if (proofs.length === 0) return false;
  const openings = proofs.map((one, i) => opening(result, one, candidateText(i, proofs.length)));
  const shown = shownProof(result);
  return html`<section class="set" id="proof">${openings}${shown && charts(result, shown)}</section>`;
}

function charts(result: TuneResult, shown: ShownProof): Html {
  const { comparison } = shown.proof;
  const curves = comparison === undefined ? [] : percentileCurves(comparison);
  return html`${comparison !== undefined && metricsCard(comparison, shown)}<div class="two">${claimLadder(result, shown)}${curves}</div>`;
}

function opening(result: TuneResult, one: TuneProof, which: string): Html {
  const { outcome, pairs, share, sentence, config, comparison, looks } = one;
  const look = proofLooks[outcome];
  const estimate = estimateOf(result.objectiveTerms, share);
  const what = `on ${countOfPairs(pairs)} that the search has not seen, default and candidate measured in turn`;
  const told = !result.reason.includes(sentence);
  return html`<div class="card reason ${look.className}"><div class="title"><span class="pill ${look.className}">${look.icon}${look.word}</span><h2>Proof</h2><span class="sub">${which !== "" && `${which}, `}${what}</span></div>${told && html`<p><b>${sentence}</b></p>`}<div class="meta">${looks.length > 0 && html`<span>${estimate.name} <b>${estimate.change} ${estimate.interval}</b></span>`}<span>confidence <b>${confidenceText(one)}</b> of the claim</span>${outcome !== "proven" && html`<span>candidate <b>${configText(result.params, config)}</b></span>`}</div>${comparison !== undefined && html`<p class="sub">${result.budgetMs === undefined ? `${countOfPairs(pairs)} in ${formatDuration(comparison.tookMs * 1000)}.` : effortSentence(comparison)}</p>`}</div>`;
}

function metricsCard(comparison: Comparison, { which }: ShownProof): Html | false {
  const plot = forest(comparison, [...judgedMetrics(comparison), ...shownMetrics(comparison)]);
  return (
    plot &&
    html`<section class="card"><div class="title"><h2>All metrics of the proof</h2><span class="sub">${which !== "" && `${which}; `}interval and estimate; the zone is the margin</span><span class="legend">${legendKey("var(--green)", "better")}${legendKey("var(--red)", "worse")}${legendKey("var(--amber)", "inconclusive (hollow)")}${legendKey("var(--none)", "within the margin")}</span></div>${plot}</section>`
  );
}
