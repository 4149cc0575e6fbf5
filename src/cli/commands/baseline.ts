import { existsSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { checkFolder } from "../../base/check-folder.ts";
import { systemClock } from "../../base/clock.ts";
import { messageOf } from "../../base/errors.ts";
import type { BlockOutput, MeasureBlocksOptions } from "../../drive/twin/blocks.ts";
import type { Baseline } from "../../judge/baselines/baseline.ts";
import { baselineFileName, readBaseline, writeBaseline } from "../../judge/baselines/baseline-file.ts";
import {
  baselinesNamed,
  type ListedBaseline,
  listBaselines,
  removeBaseline,
} from "../../judge/baselines/baseline-folder.ts";
import { makeBaseline } from "../../judge/baselines/make-baseline.ts";
import { refusalOf } from "../../judge/baselines/refusal.ts";
import { exitMeaning } from "../../judge/outcome.ts";
import { readEnvironment } from "../../measure/environment.ts";
import { fingerprintOf } from "../../measure/fingerprint.ts";
import { createPairsView, type PairsView } from "../../publish/terminal/pairs-view.ts";
import { type Colours, createColours } from "../../publish/terminal/symbols.ts";
import type { Scenario } from "../../scenario/scenario.ts";
import { baselineTable, baselineText, commitOf, metricsTable } from "../baseline-text.ts";
import { wantsColour } from "../colour.ts";
import { readConfig, readConfigured } from "../configured-scenario.ts";
import { findScenario } from "../find-scenario.ts";
import type { Io } from "../io.ts";
import { wantsLiveBlock } from "../live-block.ts";
import { refuseMatrix } from "../refuse-matrix.ts";

/** Where baselines lie. */
export interface FolderOptions {
  readonly dir: string;
}

/** The options of `dyno baseline save`, as the command line gives them. */
export interface SaveOptions extends FolderOptions {
  readonly set: readonly string[];
  /** A tuned.yaml whose settings are laid over the file's, beneath `set`. */
  readonly config?: string;
  /** Milliseconds. */
  readonly budget?: number;
  readonly reason?: string;
  readonly seed?: number;
  readonly progress: boolean;
}

/** Measures blocks of a scenario; `measureBlocks` outside of tests. */
export type MeasureBlocks = (scenario: Scenario, options: MeasureBlocksOptions) => Promise<BlockOutput>;

const standardBudgetMs = 60_000;

/** `dyno baseline save`: measures a scenario alone and stores what it did, unless that cannot be trusted. */
export async function saveBaseline(
  name: string,
  options: SaveOptions,
  io: Io,
  measure: MeasureBlocks,
): Promise<number> {
  const scenario = await readConfigured(
    findScenario(name, io.cwd),
    await readConfig(options.config, io),
    [...options.set, ...(options.seed === undefined ? [] : [`seed=${options.seed}`])],
    io,
  );
  refuseMatrix(scenario, "a baseline");
  const dir = resolve(io.cwd, options.dir);
  await checkFolder(dir, options.dir, "name another folder with --dir");
  const output = await measureShown(scenario, options, io, measure);
  const refusals = refusalOf(output);
  if (refusals.length > 0) {
    for (const refusal of refusals) io.stderr.write(`dyno: no baseline was saved: ${refusal}\n`);
    io.stderr.write(`exit 3: ${exitMeaning(3)}\n`);
    return 3;
  }
  const baseline = makeBaseline({
    scenario,
    blocks: output.blocks,
    environment: await readEnvironment(io.cwd, output.services),
    recordedAt: new Date(systemClock.epochMs()),
    ...(options.reason === undefined ? {} : { reason: options.reason }),
  });
  const earlier = await earlierOf(join(dir, baselineFileName(baseline)));
  const path = await writeBaseline(dir, baseline);
  tellOf(baseline, relative(io.cwd, path), earlier, io);
  return 0;
}

async function measureShown(
  scenario: Scenario,
  options: SaveOptions,
  io: Io,
  measure: MeasureBlocks,
): Promise<BlockOutput> {
  const budgetMs = options.budget ?? scenario.gate.budgetMs ?? standardBudgetMs;
  const view = options.progress ? openView(scenario.name, io) : undefined;
  const startedMicros = systemClock.nowMicros();
  try {
    return await measure(scenario, {
      budgetMs,
      cwd: io.cwd,
      env: io.env,
      signal: io.signal,
      onEvent: (event) => {
        if (event.type === "service") view?.note(event.text);
        if (event.type !== "trial") return;
        const elapsedMs = (systemClock.nowMicros() - startedMicros) / 1000;
        view?.show({ pairs: event.trial + 1, planned: event.of, elapsedMs, budgetMs, findings: "" });
      },
    });
  } finally {
    view?.close();
  }
}

function openView(name: string, io: Io): PairsView {
  return createPairsView({
    output: io.stderr,
    colours: coloursOf(io, "stderr"),
    name,
    unit: "block",
    block: wantsLiveBlock(io),
  });
}

/** What is going to be replaced; a broken file is in nobody's way. */
async function earlierOf(path: string): Promise<Baseline | undefined> {
  return existsSync(path) ? readBaseline(path).catch(() => undefined) : undefined;
}

function tellOf(baseline: Baseline, file: string, earlier: Baseline | undefined, io: Io): void {
  const { environment, blocks } = baseline;
  const colours = coloursOf(io, "stdout");
  io.stdout.write(
    `${colours.green("✓")} ${file}  ${blocks.length} blocks\n\n${metricsTable(baseline, colours)}\n`,
  );
  if (earlier !== undefined) {
    const commit = commitOf(earlier) === "" ? "" : ` (commit ${commitOf(earlier)})`;
    io.stdout.write(`\n  It replaces that of ${earlier.recordedAt.slice(0, 10)}${commit}.\n`);
  }
  if (environment.gitDirty !== true) return;
  io.stderr.write(
    "dyno: the working tree has changes that no commit holds, so nobody can measure this again; commit them first\n",
  );
}

/** `dyno baseline list`: what there is, and what of it is of this machine. */
export async function listOfBaselines({ dir }: FolderOptions, io: Io): Promise<number> {
  const listed = await listBaselines(resolve(io.cwd, dir), dir);
  if (listed.length === 0) {
    io.stderr.write(`dyno: there are no baselines in ${dir}; dyno baseline save SCENARIO records one\n`);
    return 0;
  }
  const here = fingerprintOf(await readEnvironment(io.cwd, []));
  io.stdout.write(baselineTable(listed, here, coloursOf(io, "stdout")));
  return 0;
}

/** `dyno baseline show`: all that a baseline says. */
export async function showBaseline(name: string, { dir }: FolderOptions, io: Io): Promise<number> {
  const found = await meantBy(name, dir, io);
  for (const { file, baseline, problem } of found) {
    if (problem !== undefined) io.stderr.write(`dyno: ${problem}\n`);
    else io.stdout.write(baselineText(file, baseline, coloursOf(io, "stdout")));
  }
  return found.some(({ problem }) => problem !== undefined) ? 2 : 0;
}

async function meantBy(name: string, dir: string, io: Io): Promise<readonly ListedBaseline[]> {
  const path = resolve(io.cwd, name);
  if (!name.endsWith(".json") || !existsSync(path)) return baselinesNamed(name, resolve(io.cwd, dir), dir);
  try {
    return [{ file: name, baseline: await readBaseline(path, name) }];
  } catch (error) {
    return [{ file: name, problem: messageOf(error) }];
  }
}

/** `dyno baseline rm`: removes one baseline. */
export async function removeNamedBaseline(name: string, { dir }: FolderOptions, io: Io): Promise<number> {
  io.stdout.write(`removed ${await removeBaseline(name, resolve(io.cwd, dir), dir)}\n`);
  return 0;
}

function coloursOf(io: Io, stream: "stdout" | "stderr"): Colours {
  return createColours(wantsColour(io[stream], io.env));
}
