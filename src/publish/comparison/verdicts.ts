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

/** Whether a gate fails by what it could not decide (`--inconclusive fail`). */
export function failsByDoubt({ outcome, exitCode }: Pick<ComparisonResult, "outcome" | "exitCode">): boolean {
  return outcome === "inconclusive" && exitCode !== 0;
}

/** What fails before what is inconclusive before the rest; otherwise in the order given. */
export function failuresFirst<Item extends { readonly outcome?: Verdict["outcome"] }>(
  items: readonly Item[],
): readonly Item[] {
  return items.toSorted((a, b) => rank[a.outcome ?? "pass"] - rank[b.outcome ?? "pass"]);
}

/** Checks that decide for themselves: neither a target of the scenario nor a metric of the comparison speaks of their figure. */
export function decidingChecks(comparison: Comparison): readonly CheckResult[] {
  return summarizeChecks(comparison).filter(
    (check) => check.metric === undefined && !isLeftToTarget(comparison.verdicts, check, []),
  );
}

/** Each check once, though every process of the candidate made it: whether it always held, and what the first that did not said. */
export function summarizeChecks({ checks }: Comparison): readonly CheckResult[] {
  return [...new Set(checks.map(({ name }) => name))].flatMap((wanted) => {
    const same = checks.filter(({ name }) => name === wanted);
    const [first] = same;
    if (first === undefined || same.length === 1) return same;
    const failed = same.filter(({ ok }) => !ok);
    const told = failed[0] ?? first;
    const detail =
      failed.length > 0
        ? `not in ${failed.length} of ${same.length} processes; in the first of them: ${told.detail}`
        : `in each of ${same.length} processes; in the first: ${told.detail}`;
    return [{ ...told, detail }];
  });
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
