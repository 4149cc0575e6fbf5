import { resolve } from "node:path";
import { systemClock } from "../../base/clock.ts";
import { DynoError } from "../../base/errors.ts";
import { shellWords } from "../../base/shell-words.ts";
import type { ProgressEvent } from "../../drive/progress.ts";
import { runScenario } from "../../drive/run.ts";
import { historyLineOfRun } from "../../judge/history/make-history-line.ts";
import { exitMeaning } from "../../judge/outcome.ts";
import { makeRunResult } from "../../judge/run-result.ts";
import { readEnvironment } from "../../measure/environment.ts";
import type { RunResult } from "../../measure/result.ts";
import { renderJson } from "../../publish/json.ts";
import { startMetricsServer } from "../../publish/metrics-server.ts";
import { publishAll } from "../../publish/publishers.ts";
import { createLiveView, type LiveView } from "../../publish/terminal/live-view.ts";
import { renderSummary } from "../../publish/terminal/summary.ts";
import { createColours } from "../../publish/terminal/symbols.ts";
import type { Scenario } from "../../scenario/scenario.ts";
import { appendToHistory } from "../append-to-history.ts";
import { wantsColour } from "../colour.ts";
import { configFlag, readConfig, readConfigured } from "../configured-scenario.ts";
import { findScenario } from "../find-scenario.ts";
import { folderStamp } from "../folder-stamp.ts";
import { type Io, interruptedBy } from "../io.ts";
import { wantsLiveBlock } from "../live-block.ts";
import { runMatrix } from "../run-matrix.ts";
import { runStudy } from "../run-study.ts";
import type { RunWatch } from "../run-watch.ts";
import { updateIndex } from "../update-index.ts";
import { writtenPaths } from "../written-paths.ts";

/** The options of `dyno run`, as the command line gives them. */
export interface RunOptions {
  /** `key.path=value` settings that replace those of the file. */
  readonly set: readonly string[];
  /** `store=redis`: the cells of a matrix that are measured. */
  readonly only: readonly string[];
  /** A tuned.yaml whose settings are laid over the file's, beneath `set`. */
  readonly config?: string;
  readonly repeat?: number;
  readonly seed?: number;
  /** The folder that receives the report's folder. */
  readonly out: string;
  readonly json?: boolean;
  readonly samples?: boolean;
  /** A history file to append a line to. */
  readonly history?: string;
  readonly metricsPort?: number;
  readonly progress: boolean;
}

/** `dyno run`: reads a scenario, drives it, judges and publishes what was measured, and gives the exit code. */
export async function run(name: string, options: RunOptions, io: Io, watch?: RunWatch): Promise<number> {
  const config = await readConfig(options.config, io);
  const scenario = await readConfigured(findScenario(name, io.cwd), config, overridesOf(options), io);
  if (scenario.matrix !== undefined || options.only.length > 0) {
    const commandFor = (only: readonly string[]): string => commandOf(name, { ...options, only });
    const overrides = [...(config?.overrides ?? []), ...overridesOf(options)];
    return runMatrix(scenario, { ...options, overrides, commandFor }, io, watch);
  }
  const startedAt = new Date(systemClock.epochMs());
  const dir = resolve(io.cwd, options.out, `${folderStamp(startedAt)}-${scenario.name}`);
  const { study } = scenario;
  if (study !== undefined) {
    refuseOfStudy(options, scenario);
    const command = commandOf(name, options);
    const { json = false, progress } = options;
    return runStudy({ scenario, study, startedAt, command, dir, json, progress }, io, watch);
  }
  const { trials, services, setupError } = await drive(scenario, options, dir, io, watch);
  const result = makeRunResult({
    scenario,
    trials,
    environment: await readEnvironment(io.cwd, services),
    ...(setupError ? { setupError } : {}),
    command: commandOf(name, options),
    startedAt,
    durationMs: systemClock.epochMs() - startedAt.getTime(),
    ...interruptedBy(io.signal),
  });
  await publish(result, dir, options, io);
  watch?.onResult(result, dir);
  if (options.history !== undefined) await appendToHistory(options.history, [historyLineOfRun(result)], io);
  io.stderr.write(`exit ${result.exitCode}: ${exitMeaning(result.exitCode)}\n`);
  return result.exitCode;
}

/** Options that would be ignored. */
function refuseOfStudy({ samples, history, metricsPort }: RunOptions, { study, file }: Scenario): void {
  const given = [
    ...(samples === true ? ["--samples"] : []),
    ...(history === undefined ? [] : ["--history"]),
    ...(metricsPort === undefined ? [] : ["--metrics-port"]),
  ];
  if (given[0] === undefined) return;
  throw new DynoError(
    "usage",
    `${given[0]} has no meaning for ${file}, which asks for its ${study?.kind}; leave it out`,
  );
}

async function drive(scenario: Scenario, options: RunOptions, dir: string, io: Io, watch?: RunWatch) {
  const metrics =
    options.metricsPort === undefined
      ? undefined
      : await startMetricsServer({ port: options.metricsPort, scenario: scenario.name });
  if (metrics) io.stderr.write(`metrics at ${metrics.url}\n`);
  const view = openView(scenario, options, io);
  try {
    return await runScenario(scenario, {
      onEvent: (event: ProgressEvent) => {
        view?.show(event);
        metrics?.update(event);
        watch?.onEvent(event);
      },
      signal: io.signal,
      env: io.env,
      logDir: dir,
      ...(options.samples ? { samplesDir: dir } : {}),
    });
  } finally {
    view?.close();
    await metrics?.close();
  }
}

function openView(scenario: Scenario, options: RunOptions, io: Io): LiveView | undefined {
  if (!options.progress) return undefined;
  return createLiveView({
    output: io.stderr,
    colours: createColours(wantsColour(io.stderr, io.env)),
    name: scenario.name,
    block: wantsLiveBlock(io),
  });
}

async function publish(result: RunResult, dir: string, options: RunOptions, io: Io): Promise<void> {
  const { files, failures } = await publishAll(result, dir);
  await updateIndex(dir, result.environment.dynoVersion, io);
  for (const failure of failures) io.stderr.write(`dyno: ${failure}\n`);
  if (options.json) return io.stdout.write(renderJson(result));
  const paths = writtenPaths(files, { report: ".html", result: "result.json" }, io.cwd);
  io.stdout.write(renderSummary(result, paths, createColours(wantsColour(io.stdout, io.env))));
}

function overridesOf(options: RunOptions): string[] {
  return [
    ...options.set,
    ...(options.repeat === undefined ? [] : [`repeat=${options.repeat}`]),
    ...(options.seed === undefined ? [] : [`seed=${options.seed}`]),
  ];
}

function commandOf(name: string, options: RunOptions): string {
  const flags = [
    ...configFlag(options.config),
    ...options.set.flatMap((setting) => ["--set", setting]),
    ...options.only.flatMap((choice) => ["--only", choice]),
    ...(options.repeat === undefined ? [] : ["--repeat", String(options.repeat)]),
    ...(options.seed === undefined ? [] : ["--seed", String(options.seed)]),
  ];
  return shellWords(["npx", "dyno", "run", name, ...flags]);
}
