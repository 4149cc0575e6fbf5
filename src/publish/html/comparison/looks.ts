import type { Comparison, ComparisonResult, MetricComparison } from "../../../measure/comparison.ts";
import { verdictWord } from "../../../measure/comparison-wording.ts";
import { isUnjudged } from "../../comparison/verdicts.ts";
import { comparedLook, type Look, metricLooks, outcomeLooks } from "../icons.ts";

/** The look of a scenario's outcome, or of the whole. */
export function comparisonLook(
  kind: ComparisonResult["kind"],
  { outcome }: Pick<Comparison, "outcome">,
): Look {
  return isUnjudged({ kind, outcome }) ? comparedLook : outcomeLooks[outcome];
}

/** The look of a metric's verdict: by its outcome where it is judged, else by what is known of it. */
export function metricLook(metric: MetricComparison): Look {
  const { outcome, verdict } = metric;
  const word = verdictWord(metric);
  const look = outcome === undefined ? metricLooks[verdict] : outcomeLooks[outcome];
  return { ...look, word: word.slice(0, 1).toUpperCase() + word.slice(1) };
}

/** The colour of a metric's mark in a chart, and whether it is hollow because nothing is decided. */
export function markLook({ outcome, verdict }: MetricComparison): {
  readonly className: Look["className"];
  readonly isHollow: boolean;
} {
  if (outcome === "fail") return { className: "v-fail", isHollow: false };
  if (outcome === "inconclusive") return { className: "v-doubt", isHollow: true };
  // Of what passes only a gain is marked: the rest is no worse than it may be.
  if (outcome === "pass" && verdict !== "better") return { className: "v-none", isHollow: false };
  return { className: metricLooks[verdict].className, isHollow: verdict === "inconclusive" };
}
