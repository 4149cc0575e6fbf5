import type {
  Comparison,
  ComparisonOutcome,
  ComparisonResult,
  MetricComparison,
} from "../../measure/comparison.ts";
import { isLeftToTarget } from "../../measure/left-to-target.ts";
import type { CheckResult, Verdict } from "../../measure/result.ts";

const rank: Readonly<Record<Verdict["outcome"], number>> = { fail: 0, inconclusive: 1, pass: 2 };

/** Metrics that are judged, failures first. */
export function judgedMetrics({ metrics }: Comparison): readonly MetricComparison[] {
  return failuresFirst(metrics.filter(({ judged }) => judged));
}

/** Metrics that are only shown. */
export function shownMetrics({ metrics }: Comparison): readonly MetricComparison[] {
  return metrics.filter(({ judged }) => !judged);
}

/** What fails before what is inconclusive before the rest; otherwise in the order given. */
export function failuresFirst<Item extends { readonly outcome?: Verdict["outcome"] }>(
  items: readonly Item[],
): readonly Item[] {
  return items.toSorted((a, b) => rank[a.outcome ?? "pass"] - rank[b.outcome ?? "pass"]);
}

/** Checks that decide for themselves: no target of the scenario says how much of their figure may be. */
export function decidingChecks({ checks, verdicts }: Comparison): readonly CheckResult[] {
  return checks.filter((check) => !isLeftToTarget(verdicts, check));
}

/** The metric that a reader wants to see pair by pair: what failed, else what is open, else the first that is judged. */
export function leadingMetric(comparison: Comparison): MetricComparison | undefined {
  const drawn = [...judgedMetrics(comparison), ...shownMetrics(comparison)];
  return drawn.find(({ perPair }) => perPair.length > 0);
}

/** Whether the comparison could not be measured, or not to the end: then its metrics prove nothing. */
export function isBroken(outcome: ComparisonOutcome): outcome is "invalid" | "setup_failed" | "interrupted" {
  return outcome === "invalid" || outcome === "setup_failed" || outcome === "interrupted";
}

/** Whether the outcome is only that there is a comparison: A/B comparisons are not judged. */
export function isUnjudged({ kind, outcome }: Pick<ComparisonResult, "kind" | "outcome">): boolean {
  return kind === "ab" && outcome === "pass";
}

/** Scenarios in the order in which they want to be read: what could not be measured comes with the failures. */
export function worstFirst(comparisons: readonly Comparison[]): readonly Comparison[] {
  const ranked = comparisons.map((comparison) => {
    const { outcome } = comparison;
    return { comparison, outcome: isBroken(outcome) ? ("fail" as const) : outcome };
  });
  return failuresFirst(ranked).map(({ comparison }) => comparison);
}
