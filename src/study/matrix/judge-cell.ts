import { makeRunResult, type RunFacts } from "../../judge/run-result.ts";
import type { MatrixCell } from "../../measure/matrix.ts";
import type { RunResult } from "../../measure/result.ts";
import { cellFigures } from "./cell-figures.ts";
import type { MeasuredCell } from "./measure-cells.ts";

/** What is known of all cells alike. */
export interface CellFacts extends Pick<RunFacts, "environment" | "interrupted"> {
  /** How often each was to be measured. */
  readonly rounds: number;
  /** The command that measures one cell alone. */
  commandFor(choices: readonly string[]): string;
}

/** A cell, and the run that its rounds make together; a cell whose settings do not go together has none. */
export interface JudgedCell {
  readonly cell: MatrixCell;
  readonly run?: RunResult;
}

/** Judges all that was measured of a cell as one run: by the scenario's targets, and by what makes a run invalid. */
export function judgeCell(measured: MeasuredCell, facts: CellFacts): JudgedCell {
  const { cell, scenario, problem = "" } = measured;
  const { levels, name } = cell;
  if (scenario === undefined) {
    const nothing = { verdicts: [], warnings: [], figures: [], isSound: false };
    return { cell: { levels, name, outcome: "impossible", reason: problem, ...nothing } };
  }
  const run = runOf({ ...measured, scenario }, facts);
  const { outcome, reason, verdicts, warnings } = run;
  const figures = cellFigures(
    scenario.load.map(({ phase }) => phase),
    measured.rounds,
  );
  const isSound = isSoundRun(run) && measured.rounds.length > 0;
  const wasMeasured = measured.rounds.length > 0;
  return {
    cell: {
      levels,
      name,
      ...(wasMeasured ? { folder: cell.folder } : {}),
      outcome,
      reason,
      verdicts,
      warnings,
      figures,
      isSound,
    },
    ...(wasMeasured ? { run } : {}),
  };
}

function runOf(
  measured: MeasuredCell & { readonly scenario: NonNullable<MeasuredCell["scenario"]> },
  { environment, interrupted, rounds, commandFor }: CellFacts,
): RunResult {
  const { cell, scenario, setupError, services, startedAtMs = 0, durationMs } = measured;
  const trials = measured.rounds.flat();
  const isShort =
    measured.rounds.length < rounds || trials.some(({ failure }) => failure?.kind === "interrupted");
  return makeRunResult({
    scenario: {
      ...scenario,
      name: `${scenario.name} · ${cell.name}`,
      repeat: scenario.repeat * rounds,
    },
    trials,
    environment: { ...environment, services },
    command: commandFor(cell.choices),
    startedAt: new Date(startedAtMs),
    durationMs,
    ...(setupError ? { setupError } : {}),
    ...(isShort && interrupted ? { interrupted } : {}),
  });
}

/** Whether it was measured, validly, and its work was right: else it may not win a comparison. */
function isSoundRun({ outcome, trials }: RunResult): boolean {
  if (outcome === "pass" || outcome === "inconclusive") return true;
  return outcome === "fail" && trials.every(({ checks }) => checks.every(({ ok }) => ok));
}
