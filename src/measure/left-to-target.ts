import type { CheckResult, Verdict } from "./result.ts";

/** A target on a check's figure or metric says how much of it may be; where it holds, the check stands as information. */
export function isLeftToTarget(verdicts: readonly Verdict[], { figure, metric }: CheckResult): boolean {
  const own = verdicts.filter(({ metricName }) => metricName === (figure?.name ?? metric));
  return own.length > 0 && own.every(({ outcome }) => outcome === "pass");
}
