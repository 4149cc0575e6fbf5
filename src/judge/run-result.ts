import type { Environment, RunResult, TrialResult } from "../measure/result.ts";
import { schemaVersion } from "../measure/result.ts";
import { describeFault } from "../scenario/fault.ts";
import { describePhase } from "../scenario/load-shapes.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { decideOutcome, type Evidence } from "./outcome.ts";
import { judgeTargets } from "./targets.ts";
import { checkValidity } from "./validity.ts";

/** What a run result is made of. */
export interface RunFacts extends Pick<Evidence, "interrupted" | "setupError"> {
  readonly scenario: Scenario;
  readonly trials: readonly TrialResult[];
  readonly environment: Environment;
  /** The command that does this again. */
  readonly command: string;
  readonly startedAt: Date;
  readonly durationMs: number;
}

/** Judges what was measured and puts everything that is known about the run together. */
export function makeRunResult(facts: RunFacts): RunResult {
  const { scenario, trials, environment, command, startedAt, durationMs, interrupted, setupError } = facts;
  const verdicts = judgeTargets(scenario.targets, trials);
  const { invalid, warnings } = setupError
    ? { invalid: [], warnings: [] }
    : checkValidity(scenario, trials, verdicts);
  const evidence = {
    trials,
    verdicts,
    invalid,
    ...(interrupted ? { interrupted } : {}),
    ...(setupError ? { setupError } : {}),
  };
  return {
    schemaVersion,
    scenario: {
      name: scenario.name,
      why: scenario.why,
      file: scenario.file,
      source: scenario.source,
      target: scenario.target.kind,
      seed: scenario.seed,
      repeat: scenario.repeat,
      phases: scenario.load.map((phase) => ({ phase: phase.phase, summary: describePhase(phase) })),
      ...(scenario.faults.length > 0 ? { faults: scenario.faults.map(describeFault) } : {}),
    },
    command,
    startedAt: startedAt.toISOString(),
    durationMs,
    trials,
    ...decideOutcome(evidence),
    verdicts,
    invalid,
    warnings,
    environment,
  };
}
