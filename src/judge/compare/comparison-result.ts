import type { Comparison, ComparisonOutcome, ComparisonResult } from "../../measure/comparison.ts";
import { comparisonSchemaVersion } from "../../measure/comparison.ts";
import type { Environment } from "../../measure/result.ts";
import { exitMeaning } from "../outcome.ts";

/** What a comparison's result is made of. */
export interface ComparisonResultFacts {
  readonly kind: ComparisonResult["kind"];
  readonly name: string;
  readonly command: string;
  readonly startedAt: Date;
  readonly durationMs: number;
  readonly comparisons: readonly Comparison[];
  readonly environment: Environment;
  readonly warnings: readonly string[];
  readonly interrupted?: "SIGINT" | "SIGTERM";
  /** What becomes of what could not be decided. */
  readonly inconclusive: "pass" | "fail";
}

/** From the worst on; the first that there is decides. */
const ranks: readonly ComparisonOutcome[] = [
  "interrupted",
  "fail",
  "setup_failed",
  "invalid",
  "inconclusive",
  "pass",
];

/** Puts the comparisons of one command together, with its exit code. */
export function makeComparisonResult(facts: ComparisonResultFacts): ComparisonResult {
  const { kind, name, command, startedAt, durationMs, comparisons, environment, warnings } = facts;
  const outcome = facts.interrupted
    ? "interrupted"
    : (ranks.find((rank) => comparisons.some((comparison) => comparison.outcome === rank)) ?? "invalid");
  return {
    schemaVersion: comparisonSchemaVersion,
    kind,
    name,
    command,
    startedAt: startedAt.toISOString(),
    durationMs,
    comparisons,
    outcome,
    exitCode: exitCodeOf(outcome, facts),
    reason: reasonOf(outcome, facts),
    warnings,
    environment,
  };
}

function exitCodeOf(
  outcome: ComparisonOutcome,
  { kind, inconclusive, interrupted }: ComparisonResultFacts,
): number {
  switch (outcome) {
    case "pass":
      return 0;
    case "fail":
      return 1;
    case "inconclusive":
      // An answer was asked for, and not a permission.
      if (kind === "ab") return 0;
      return inconclusive === "fail" ? 3 : 0;
    case "invalid":
      return 3;
    case "setup_failed":
      return 4;
    case "interrupted":
      return interrupted === "SIGTERM" ? 143 : 130;
  }
}

function reasonOf(outcome: ComparisonOutcome, { comparisons }: ComparisonResultFacts): string {
  const those = comparisons.filter((comparison) => comparison.outcome === outcome);
  const [first] = those;
  if (first === undefined) {
    return outcome === "interrupted"
      ? "It was interrupted; what was compared until then is here."
      : "Nothing was compared.";
  }
  if (comparisons.length === 1) return first.reason;
  if (outcome === "pass")
    return `All ${comparisons.length} comparisons pass. ${first.scenario.name}: ${first.reason}`;
  const others = those.length > 1 ? ` And ${those.length - 1} more of ${comparisons.length}.` : "";
  return `${first.scenario.name}: ${first.reason}${others}`;
}

/** What the exit code of a comparison means. */
export function comparisonExitMeaning({ kind, outcome, exitCode }: ComparisonResult): string {
  if (outcome === "pass")
    return kind === "gate" ? "nothing is worse by its margin" : "the comparison was made";
  if (outcome === "fail") return kind === "gate" ? "the gate failed" : "a variant's work was wrong";
  if (outcome === "inconclusive") {
    if (kind === "ab") return "it could not be decided";
    return exitCode === 0 ? "it could not be decided, which is let through" : "it could not be decided";
  }
  return exitMeaning(exitCode);
}
