import { formatDuration, formatRatio } from "../base/units.ts";
import { typicalMs } from "../judge/compare/measure-until-known.ts";
import type { MetricComparison } from "../measure/comparison.ts";
import { countOfPairs, describeChange, metricName } from "../measure/comparison-wording.ts";
import { objectiveChange, roundedDown } from "../measure/objective-change.ts";
import type { ProofTarget, TunedTerm } from "../measure/tuning.ts";
import { leastPairs } from "../stats/power.ts";
import type { Proof } from "./prove.ts";
import type { SearchEnd } from "./run-search.ts";

/** What a proof came to, in one sentence. */
export function proofSentence(
  proof: Proof,
  terms: readonly TunedTerm[],
  targets: readonly ProofTarget[],
  metrics: readonly MetricComparison[] = [],
): string {
  const { outcome, pairs, final } = proof;
  switch (outcome) {
    case "proven":
      return `${provenSentence(proof, terms)}${partsOf(terms, metrics)}`;
    case "not_better":
      return final.level === 0 && proof.stoppedBy === "budget"
        ? tooFewSentence(proof)
        : notBetterSentence(proof, terms);
    case "target_missed":
      return (
        (
          targets.find((target) => target.outcome === "missed") ??
          targets.find((target) => target.outcome === "unknown")
        )?.sentence ?? "A target is not met."
      );
    case "failed":
      return `The candidate did not work in pair ${pairs.length}: ${withStop(pairs.at(-1)?.failure ?? "")}`;
    case "interrupted":
      return `The proof was interrupted after ${countOfPairs(pairs.length)}.`;
  }
}

/** How a target fared, in one sentence. */
export function targetSentence(
  text: string,
  outcome: ProofTarget["outcome"],
  misses: readonly number[],
): string {
  const missed = misses.filter((miss) => miss > 0).length;
  const figures = `in ${missed} of ${countOfPairs(misses.length)}`;
  if (outcome === "met") return `${text} is met in ${countOfPairs(misses.length)}.`;
  if (outcome === "missed") return `${text} is missed: ${figures}.`;
  if (misses.length === 0) return `${text} was not measured.`;
  return `${text} could not be shown to be met: it was missed ${figures}.`;
}

/** Why a search ended, in words. */
export function stopWords({ by, failure }: SearchEnd, minGain: number): string {
  switch (by) {
    case "budget":
      return "the search used up its part of the budget";
    case "converged":
      return `what could still be gained was probably less than ${formatRatio(minGain)}`;
    case "exhausted":
      return "nothing was left that was not measured yet";
    case "interrupted":
      return "it was interrupted";
    case "base_broken":
      return `the default does not work: ${failure}`;
  }
}

function provenSentence({ order, pairs, final }: Proof, terms: readonly TunedTerm[]): string {
  const claim = objectiveChange(terms, final.share.high);
  const estimate = objectiveChange(terms, final.share.estimate);
  const confidence = formatRatio(1 - order.alpha);
  return `${capital(claim.name)} is at least ${formatRatio(roundedDown(claim.size))} ${claim.direction} with ${confidence} confidence; over ${countOfPairs(pairs.length)} the estimate is ${formatRatio(estimate.size)}.`;
}

function notBetterSentence({ pairs, stoppedBy, final }: Proof, terms: readonly TunedTerm[]): string {
  const estimate = objectiveChange(terms, final.share.estimate);
  const wanted = objectiveChange(terms, 0.5).direction;
  const why = stoppedBy === "decided" ? ", and more pairs would hardly have shown it" : "";
  return `${capital(estimate.name)} could not be shown to be ${wanted}: over ${countOfPairs(pairs.length)} the estimate is ${formatRatio(estimate.size)} ${estimate.direction}${why}.`;
}

function tooFewSentence({ order, pairs }: Proof): string {
  const least = leastPairs(order.alpha);
  const pairMs = pairs.length === 0 ? 0 : typicalMs(pairs);
  const mend =
    order.budget.ms === undefined || pairMs === 0
      ? ""
      : `; about ${formatDuration(least * pairMs * 1000)} of proof, beside the search`;
  return `The budget was enough for ${countOfPairs(pairs.length)}, which can show nothing: ${least} are needed at least${mend}.`;
}

/** What a product gained in each of its metrics, where that is known. */
function partsOf(terms: readonly TunedTerm[], metrics: readonly MetricComparison[]): string {
  if (terms.length < 2) return "";
  const parts = terms.flatMap((term) => {
    const metric = metrics.find((one) => one.metric === term.metric && one.phase === term.phase);
    if (metric === undefined) return [];
    const { change, interval } = describeChange(metric);
    return [`${metricName(term)} ${change} ${interval}`.trim()];
  });
  return parts.length === 0 ? "" : ` It is of ${parts.join(" and ")}.`;
}

function capital(text: string): string {
  return text === "the objective" ? "The objective" : text;
}

function withStop(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
