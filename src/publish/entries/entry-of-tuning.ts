import type { RunEntry } from "../../measure/run-entry.ts";
import type { TuneResult } from "../../measure/tuning.ts";
import { metricsOfCandidate } from "./entries-of-comparison.ts";
import { standing } from "./entry-of-run.ts";

/** What the list shows of a tuning: the figures are those of the last proof, of its candidate. */
export function entryOfTuning(result: TuneResult): RunEntry {
  const proof = result.proofs.at(-1);
  const phase = result.objectiveTerms[0]?.phase;
  return {
    kind: "tune",
    scenario: result.name,
    variant: result.objective,
    ...standing(result.environment),
    startedAt: result.startedAt,
    durationMs: result.durationMs,
    outcome: result.outcome,
    exitCode: result.exitCode,
    reason: result.reason,
    anchor: "",
    ...(phase === undefined ? {} : { mainPhase: phase }),
    metrics: proof?.comparison === undefined ? [] : metricsOfCandidate(proof.comparison),
  };
}
