import { join, resolve } from "node:path";
import { systemClock } from "../base/clock.ts";
import { DynoError } from "../base/errors.ts";
import { type RunOutput, runScenario } from "../drive/run.ts";
import { targetSchemas } from "../drive/target-schemas.ts";
import { describeScenario } from "../judge/compare/make-comparison.ts";
import { exitMeaning } from "../judge/outcome.ts";
import { readEnvironment } from "../measure/environment.ts";
import { type Override, parseOverride } from "../scenario/overrides.ts";
import { readScenario } from "../scenario/read-scenario.ts";
import type { MatrixSpec, Scenario } from "../scenario/scenario.ts";
import type { PlannedCell } from "../study/matrix/cell.ts";
import { chooseCells } from "../study/matrix/choose-cells.ts";
import { type JudgedCell, judgeCell } from "../study/matrix/judge-cell.ts";
import { makeMatrixResult } from "../study/matrix/matrix-result.ts";
import { type MeasuredCell, type MeasuredMatrix, measureCells } from "../study/matrix/measure-cells.ts";
import { folderStamp } from "./folder-stamp.ts";
import { type Io, interruptedBy } from "./io.ts";
import type { RunWatch } from "./run-watch.ts";
import { watchCell } from "./watch-cell.ts";
import { keepCell, publishCells } from "./write-cells.ts";
import { writeMatrix } from "./write-matrix.ts";

/** How a matrix is run. */
export interface RunMatrixOptions {
  /** `store=redis`: the cells that are measured. */
  readonly only: readonly string[];
  /** All that is laid on the file before the settings of a cell are. */
  readonly overrides: readonly (string | Override)[];
  /** The folder that receives the report's folder. */
  readonly out: string;
  readonly json?: boolean;
  readonly progress: boolean;
  /** The command that measures the cells which `only` lets through. */
  commandFor(only: readonly string[]): string;
  readonly samples?: boolean;
  readonly history?: string;
  readonly metricsPort?: number;
}

/** `dyno run` of a scenario that crosses settings: measures every cell, judges each, and writes a report of them all. */
export async function runMatrix(
  scenario: Scenario,
  options: RunMatrixOptions,
  io: Io,
  looker?: RunWatch,
): Promise<number> {
  const matrix = requireMatrix(scenario, options);
  const cells = chooseCells(matrix, options.only);
  const startedAt = new Date(systemClock.epochMs());
  const dir = resolve(io.cwd, options.out, `${folderStamp(startedAt)}-${scenario.name}`);
  const environment = await readEnvironment(io.cwd, []);
  const judge = (one: MeasuredCell): JudgedCell => {
    const { rounds } = matrix;
    return judgeCell(one, {
      environment,
      rounds,
      commandFor: options.commandFor,
      ...interruptedBy(io.signal),
    });
  };
  const keep = (one: MeasuredCell): Promise<void> => keepCell(judge(one), dir, io);
  const matrixRun = { scenario, matrix, cells, dir, keep };
  const { cells: measured, fault } = await measure(matrixRun, options, io, looker);
  const judged = measured.map(judge);
  await publishCells(judged, dir, io);
  const result = makeMatrixResult({
    scenario: describeScenario(scenario),
    seed: scenario.seed,
    command: options.commandFor(options.only),
    startedAt,
    durationMs: systemClock.epochMs() - startedAt.getTime(),
    axes: matrix.axes,
    rounds: matrix.rounds,
    cells: judged.map(({ cell }) => cell),
    environment: await readEnvironment(io.cwd, servicesOf(measured)),
    ...interruptedBy(io.signal),
    ...(fault === undefined ? {} : { fault }),
  });
  await writeMatrix(result, dir, options, io);
  if (fault !== undefined) throw fault;
  looker?.onResult(result, dir);
  io.stderr.write(`exit ${result.exitCode}: ${exitMeaning(result.exitCode)}\n`);
  return result.exitCode;
}

function requireMatrix(scenario: Scenario, options: RunMatrixOptions): MatrixSpec {
  const { matrix, file } = scenario;
  if (matrix === undefined) {
    throw new DynoError("usage", `--only chooses cells of a matrix, and ${file} has none; leave it out`);
  }
  const ofOneRun = (["history", "metricsPort"] as const).find((name) => options[name] !== undefined);
  if (ofOneRun !== undefined) {
    const flag = ofOneRun === "metricsPort" ? "metrics-port" : ofOneRun;
    throw new DynoError(
      "usage",
      `--${flag} is of a single run, and ${file} crosses settings (matrix); leave it out`,
    );
  }
  refuseCrossed(matrix, options.overrides);
  return matrix;
}

/** What the cells set again would have no effect. */
function refuseCrossed({ axes }: MatrixSpec, overrides: RunMatrixOptions["overrides"]): void {
  for (const one of overrides) {
    const { label, path } = typeof one === "string" ? parseOverride(one) : one;
    const place = `${path.join(".")}.`;
    const crossed = axes.find(({ levels }) => {
      const other = `${levels[0]?.overrides[0]?.path.join(".")}.`;
      return other.startsWith(place) || place.startsWith(other);
    });
    if (crossed === undefined) continue;
    throw new DynoError(
      "usage",
      `${label}: the matrix gives every cell its own ${crossed.name}; choose some of its values by --only ${crossed.name}=${crossed.levels[0]?.text}`,
    );
  }
}

interface MatrixRun {
  readonly scenario: Scenario;
  readonly matrix: MatrixSpec;
  readonly cells: readonly PlannedCell[];
  readonly dir: string;
  readonly keep: (measured: MeasuredCell) => Promise<void>;
}

function measure(
  { scenario, matrix: { rounds }, cells, dir, keep }: MatrixRun,
  options: RunMatrixOptions,
  io: Io,
  looker?: RunWatch,
): Promise<MeasuredMatrix> {
  const { env, signal } = io;
  return measureCells({
    cells,
    rounds,
    seed: scenario.seed,
    scenarioWith: (overrides) =>
      readScenario(scenario.file, {
        targetSchemas,
        env,
        overrides: [...options.overrides, ...overrides],
        isVariant: true,
      }),
    run: async (one, turn): Promise<RunOutput> => {
      const watch = options.progress ? watchCell(`${scenario.name} ${turn.text}`, io) : undefined;
      const folder = join(dir, turn.folder);
      try {
        // Each turn has services of its own: what one cell left in a Redis does not burden the next.
        return await runScenario(one, {
          onEvent: (event) => {
            watch?.show(event);
            looker?.onEvent(event);
          },
          signal,
          env,
          logDir: folder,
          ...(options.samples === true ? { samplesDir: folder } : {}),
        });
      } finally {
        watch?.close();
      }
    },
    onTurn: keep,
    now: () => systemClock.epochMs(),
    signal,
  });
}

function servicesOf(measured: readonly MeasuredCell[]): readonly string[] {
  return [...new Set(measured.flatMap(({ services }) => services))];
}
