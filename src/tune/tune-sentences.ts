import { formatRatio } from "../base/units.ts";
import { countOfPairs, metricName } from "../measure/comparison-wording.ts";
import type { ProofTarget } from "../measure/tuning.ts";
import type { Objective } from "../scenario/scenario.ts";
import { leastPairs } from "../stats/power.ts";
import type { Proof } from "./prove.ts";
import type { SearchEnd } from "./run-search.ts";

/** What a proof came to, in one sentence. */
export function proofSentence(proof: Proof, objective: Objective, targets: readonly ProofTarget[]): string {
  const { outcome, pairs, final } = proof;
  switch (outcome) {
    case "proven":
      return provenSentence(proof, objective);
    case "not_better":
      return final.level === 0 && proof.stoppedBy === "budget"
        ? tooFewSentence(proof)
        : notBetterSentence(proof, objective);
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
  if (outcome === "met") return `${text} is met.`;
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

function provenSentence({ order, pairs, final }: Proof, objective: Objective): string {
  const claim = changeOf(objective, final.share.high);
  const estimate = changeOf(objective, final.share.estimate);
  const confidence = formatRatio(1 - order.alpha);
  return `${claim.name} is at least ${claim.atLeast} ${claim.direction} with ${confidence} confidence; over ${countOfPairs(pairs.length)} the estimate is ${estimate.size}.`;
}

function notBetterSentence({ pairs, stoppedBy, final }: Proof, objective: Objective): string {
  const estimate = changeOf(objective, final.share.estimate);
  const wanted = changeOf(objective, 0.5).direction;
  const why = stoppedBy === "decided" ? ", and more pairs would hardly have shown it" : "";
  return `${estimate.name} could not be shown to be ${wanted}: over ${countOfPairs(pairs.length)} the estimate is ${estimate.size} ${estimate.direction}${why}.`;
}

function tooFewSentence({ order, pairs }: Proof): string {
  return `The budget was enough for ${countOfPairs(pairs.length)}, which can show nothing: ${leastPairs(order.alpha)} are needed at least.`;
}

/** A share of the objective in the words of what is measured. */
interface ChangeWords {
  readonly name: string;
  readonly direction: "lower" | "higher";
  /** The change, rounded. */
  readonly size: string;
  /** The change, rounded towards none, so that it does not say too much. */
  readonly atLeast: string;
}

/** Of one metric its own change; of a product that of the product, which is what is minimised. */
function changeOf({ terms }: Objective, share: number): ChangeWords {
  const [term, ...others] = terms;
  const isAlone = term !== undefined && others.length === 0;
  const factor = isAlone ? share ** (1 / term.weight) : share;
  const change = Math.abs(factor - 1);
  return {
    name: isAlone ? metricName(term) : "The objective",
    direction: factor < 1 ? "lower" : "higher",
    size: formatRatio(change),
    atLeast: formatRatio(roundedDown(change)),
  };
}

/** With three significant digits, the last one cut off. */
function roundedDown(share: number): number {
  if (share === 0) return 0;
  const step = 10 ** (Math.floor(Math.log10(share)) - 2);
  return Number((Math.floor(share / step) * step).toPrecision(3));
}

function withStop(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
