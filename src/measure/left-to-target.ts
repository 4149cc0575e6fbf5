import type { CheckResult, Verdict } from "./result.ts";

/**
 * A target on a check's figure or metric says how much of it may be; where it holds, the check stands as information.
 * A check on a metric speaks of all phases that were measured, so the targets must do so as well.
 */
export function isLeftToTarget(
  verdicts: readonly Verdict[],
  { figure, metric }: CheckResult,
  phases: readonly string[],
): boolean {
  const own = verdicts.filter(({ metricName }) => metricName === (figure?.name ?? metric));
  if (own.length === 0 || !own.every(({ outcome }) => outcome === "pass")) return false;
  const covers = (phase: string): boolean =>
    own.some((one) => one.phase === undefined || one.phase === phase);
  return metric === undefined || phases.every(covers);
}
