import {
  type CellFigure,
  isMoreBetter,
  type MatrixCell,
  type MatrixResult,
  matrixSchemaVersion,
} from "../../measure/matrix.ts";
import type { RunOutcome } from "../../measure/result.ts";
import type { MatrixAxis } from "../../scenario/scenario.ts";
import { findBest } from "./best.ts";

/** What a result is made of, beside what follows from it. */
export interface MatrixFacts
  extends Pick<
    MatrixResult,
    "scenario" | "seed" | "command" | "durationMs" | "rounds" | "cells" | "environment"
  > {
  readonly axes: readonly MatrixAxis[];
  readonly startedAt: Date;
  readonly interrupted?: "SIGINT" | "SIGTERM";
  /** What broke it off, where it did not come to its end. */
  readonly fault?: Error;
}

/** Puts the cells of a matrix together: which is best where that is shown, and the worst outcome as its own. */
export function makeMatrixResult(facts: MatrixFacts): MatrixResult {
  const { scenario, seed, command, durationMs, rounds, environment, startedAt, interrupted } = facts;
  const outcome = interrupted ? "interrupted" : worstOf(facts.cells);
  return {
    schemaVersion: matrixSchemaVersion,
    kind: "matrix",
    scenario,
    seed,
    command,
    startedAt: startedAt.toISOString(),
    durationMs,
    axes: facts.axes.map(({ name, levels }) => ({
      name,
      path: levels[0]?.overrides[0]?.path.join(".") ?? "",
      levels: levels.map(({ text }) => text),
    })),
    rounds,
    cells: markBest(facts.cells),
    outcome,
    exitCode: exitCodeOf(outcome, interrupted),
    reason: reasonOf(outcome, facts),
    warnings: warningsOf(facts),
    environment,
  };
}

/** What happened outranks what was measured; what one cell failed at stays true where another could not be judged. */
const ranks: readonly RunOutcome[] = [
  "interrupted",
  "setup_failed",
  "fail",
  "invalid",
  "inconclusive",
  "pass",
];

function worstOf(cells: readonly MatrixCell[]): RunOutcome {
  return ranks.find((rank) => cells.some(({ outcome }) => outcome === rank)) ?? "invalid";
}

function exitCodeOf(outcome: RunOutcome, interrupted: MatrixFacts["interrupted"]): number {
  switch (outcome) {
    case "pass":
      return 0;
    case "fail":
      return 1;
    case "inconclusive":
    case "invalid":
      return 3;
    case "setup_failed":
      return 4;
    case "interrupted":
      return interrupted === "SIGTERM" ? 143 : 130;
  }
}

const words: Readonly<Record<Exclude<RunOutcome, "pass" | "interrupted">, string>> = {
  setup_failed: "could not be set up",
  fail: "failed",
  invalid: "could not be measured validly",
  inconclusive: "could not be judged",
};

function reasonOf(outcome: RunOutcome, { cells }: MatrixFacts): string {
  const possible = cells.filter((cell) => cell.outcome !== "impossible");
  if (possible.length === 0)
    return `The settings do not go together: ${cells[0]?.reason ?? "there is no cell"}.`;
  const countText = `${possible.length} ${possible.length === 1 ? "cell" : "cells"}`;
  if (outcome === "interrupted") return "It was interrupted; what was measured until then is here.";
  if (outcome === "pass") {
    return possible.some(({ verdicts }) => verdicts.length > 0)
      ? `${possible.length === 1 ? "The one cell meets" : `Each of the ${countText} meets`} all targets.`
      : `${countText} measured; the scenario names no targets.`;
  }
  const those = possible.filter((cell) => cell.outcome === outcome);
  const [first] = those;
  return `${those.length} of ${countText} ${words[outcome]}. The first, ${first?.name}: ${first?.reason}`;
}

function warningsOf({ cells, rounds, fault }: MatrixFacts): readonly string[] {
  const impossible = cells.filter(({ outcome }) => outcome === "impossible");
  const [first] = impossible;
  return [
    ...(fault === undefined
      ? []
      : [`it was broken off by an error, and holds what was measured until then: ${fault.message}`]),
    ...(first === undefined
      ? []
      : [
          `${impossible.length} of ${cells.length} cells cannot be, since their settings do not go together: ${first.name} (${first.reason})`,
        ]),
    ...(rounds > 1
      ? []
      : [
          "one round does not tell how much the figures vary, so that none is marked as the best; --set matrix.rounds=3 does",
        ]),
  ];
}

function markBest(cells: readonly MatrixCell[]): readonly MatrixCell[] {
  const sound = cells.filter(({ isSound }) => isSound);
  const columns = new Map<string, CellFigure[]>();
  for (const figure of sound.flatMap(({ figures }) => figures)) {
    const column = `${figure.metric} in ${figure.phase}`;
    columns.set(column, [...(columns.get(column) ?? []), figure]);
  }
  const winners = new Set([...columns.values()].map((column) => bestOf(column, sound.length)));
  return cells.map((cell) => ({
    ...cell,
    figures: cell.figures.map((figure) => (winners.has(figure) ? { ...figure, isBest: true } : figure)),
  }));
}

function bestOf(column: readonly CellFigure[], cells: number): CellFigure | undefined {
  const known = column.flatMap((figure) =>
    figure.value === undefined ? [] : [{ figure, value: figure.value, rounds: figure.rounds }],
  );
  const [first] = known;
  // Where one is not known, that one could be the best.
  if (first === undefined || known.length < cells) return undefined;
  const best = findBest(known, isMoreBetter(first.figure.metric));
  return best === undefined ? undefined : known[best]?.figure;
}
