import { DynoError } from "../../base/errors.ts";
import { deriveSeed } from "../../base/random.ts";
import type { RunOutput } from "../../drive/run.ts";
import type { TrialResult } from "../../measure/result.ts";
import type { Override } from "../../scenario/overrides.ts";
import type { Scenario } from "../../scenario/scenario.ts";
import type { PlannedCell } from "./cell.ts";
import { orderTurns } from "./order.ts";

/** What is to be measured, and by what. */
export interface MatrixOrder {
  readonly cells: readonly PlannedCell[];
  readonly rounds: number;
  readonly seed: number;
  /** Reads the scenario with the settings of a cell. Throws a DynoError where they do not go together. */
  scenarioWith(overrides: readonly Override[]): Promise<Scenario>;
  /** Runs a scenario. */
  run(scenario: Scenario, turn: CellTurn): Promise<RunOutput>;
  /** Told of a cell after each of its turns, so that what was measured can be kept at once. */
  onTurn(measured: MeasuredCell): Promise<void>;
  /** Milliseconds since the epoch. */
  now(): number;
  readonly signal: AbortSignal;
}

/** One turn of one cell. */
export interface CellTurn {
  /** In words: `5 of 36, store=redis payload=4KB`. */
  readonly text: string;
  /** A folder of its own, in that of its cell. */
  readonly folder: string;
}

/** A cell after all its turns. */
export interface MeasuredCell {
  readonly cell: PlannedCell;
  /** With its settings; absent where they do not go together. */
  readonly scenario?: Scenario;
  /** Why its settings do not go together. */
  readonly problem?: string;
  /** The trials of each of its rounds. */
  readonly rounds: readonly (readonly TrialResult[])[];
  readonly services: readonly string[];
  /** What kept it from being measured, or from being measured again. */
  readonly setupError?: DynoError;
  /** When it was first begun, in milliseconds since the epoch; absent where it never was. */
  readonly startedAtMs?: number;
  /** The time of all its turns. */
  readonly durationMs: number;
}

/** All cells, also those that had no turn. */
export interface MeasuredMatrix {
  readonly cells: readonly MeasuredCell[];
  /** The error that broke it off, where it is none of a cell's; what was measured before it stands. */
  readonly fault?: Error;
}

/** Measures every cell once in each round. What keeps one of them from being measured does not cost the others. */
export async function measureCells(order: MatrixOrder): Promise<MeasuredMatrix> {
  const measured: MeasuredCell[] = [];
  for (const cell of order.cells) measured.push(await prepare(cell, order));
  const able = measured.flatMap(({ scenario }, i) => (scenario === undefined ? [] : [i]));
  const turns = orderTurns(able.length, order.rounds, order.seed);
  for (const [i, { cell, round }] of turns.entries()) {
    if (order.signal.aborted) break;
    const index = able[cell] ?? 0;
    const before = measured[index];
    if (before === undefined || before.setupError !== undefined) continue;
    const turn = {
      text: `${i + 1} of ${turns.length}, ${before.cell.name}`,
      folder: `${before.cell.folder}/round-${round + 1}`,
    };
    try {
      const after = await takeTurn(before, round, turn, order);
      measured[index] = after;
      await order.onTurn(after);
    } catch (error) {
      return { cells: measured, fault: error instanceof Error ? error : new Error(String(error)) };
    }
  }
  return { cells: measured };
}

async function prepare(cell: PlannedCell, { scenarioWith }: MatrixOrder): Promise<MeasuredCell> {
  const nothing = { cell, rounds: [], services: [], durationMs: 0 };
  try {
    return { ...nothing, scenario: await scenarioWith(cell.overrides) };
  } catch (error) {
    if (!(error instanceof DynoError) || error.code !== "scenario") throw error;
    return { ...nothing, problem: error.message.split("\n")[0] ?? "" };
  }
}

async function takeTurn(
  before: MeasuredCell,
  round: number,
  turn: CellTurn,
  order: MatrixOrder,
): Promise<MeasuredCell> {
  const { scenario } = before;
  if (scenario === undefined) return before;
  const from = order.now();
  const seed = deriveSeed(scenario.seed, `round ${round}`);
  const { trials, services, setupError } = await runSafely({ ...scenario, seed }, turn, order);
  const numbered = trials.map((trial) => ({ ...trial, trial: trial.trial + round * scenario.repeat }));
  return {
    ...before,
    rounds: numbered.length > 0 ? [...before.rounds, numbered] : before.rounds,
    services: [...new Set([...before.services, ...services])],
    ...(setupError === undefined ? {} : { setupError }),
    startedAtMs: before.startedAtMs ?? from,
    durationMs: before.durationMs + order.now() - from,
  };
}

async function runSafely(scenario: Scenario, turn: CellTurn, order: MatrixOrder): Promise<RunOutput> {
  try {
    return await order.run(scenario, turn);
  } catch (error) {
    if (!(error instanceof DynoError) || error.code === "internal") throw error;
    const nothing = { trials: [], services: [] };
    return order.signal.aborted ? nothing : { ...nothing, setupError: error };
  }
}
