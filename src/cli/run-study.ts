import { relative } from "node:path";
import { systemClock } from "../base/clock.ts";
import { DynoError } from "../base/errors.ts";
import type { ProgressEvent } from "../drive/progress.ts";
import { endOf, openTrialBench, type TrialBench } from "../drive/run.ts";
import type { CapacityLevel, CapacityResult } from "../measure/capacity.ts";
import { readEnvironment } from "../measure/environment.ts";
import type { SweepResult } from "../measure/sweep.ts";
import { renderJson } from "../publish/json.ts";
import { publishCapacity, publishSweep } from "../publish/publishers.ts";
import { renderCapacitySummary } from "../publish/terminal/capacity.ts";
import { createStudyView, type StudyView } from "../publish/terminal/study-view.ts";
import { renderSweepSummary } from "../publish/terminal/sweep.ts";
import { createColours } from "../publish/terminal/symbols.ts";
import type { Scenario, StudySpec } from "../scenario/scenario.ts";
import { makeCapacityResult } from "../study/capacity/capacity-result.ts";
import { runCapacity } from "../study/capacity/run-capacity.ts";
import type { StudyFacts } from "../study/study-facts.ts";
import { runSweep } from "../study/sweep/run-sweep.ts";
import { makeSweepResult } from "../study/sweep/sweep-result.ts";
import { wantsColour } from "./colour.ts";
import { type Io, interruptedBy } from "./io.ts";
import { wantsLiveBlock } from "./live-block.ts";
import type { RunWatch } from "./run-watch.ts";
import { updateIndex } from "./update-index.ts";

/** What `dyno run` knows of a scenario with a study. */
export interface StudyRun {
  readonly scenario: Scenario;
  readonly study: StudySpec;
  readonly startedAt: Date;
  readonly command: string;
  /** The folder for the report. */
  readonly dir: string;
  readonly json: boolean;
  readonly progress: boolean;
}

/** Finds a capacity or sweeps clients, publishes what came of it, and gives the exit code. */
export async function runStudy(run: StudyRun, io: Io, watch?: RunWatch): Promise<number> {
  const result = await measure(run, io, watch);
  const isCapacity = result.kind === "capacity";
  const { files, failures } = isCapacity
    ? await publishCapacity(result, run.dir)
    : await publishSweep(result, run.dir);
  for (const failure of failures) io.stderr.write(`dyno: ${failure}\n`);
  await updateIndex(run.dir, result.environment.dynoVersion, io);
  watch?.onResult(result, run.dir);
  const paths = Object.fromEntries(
    files.flatMap((file) => {
      const name = file.endsWith(".html") ? "report" : file.endsWith(".json") ? "result" : undefined;
      return name === undefined ? [] : [[name, relative(io.cwd, file)]];
    }),
  );
  const colours = createColours(wantsColour(io.stdout, io.env));
  const summary = (): string =>
    isCapacity ? renderCapacitySummary(result, paths, colours) : renderSweepSummary(result, paths, colours);
  io.stdout.write(run.json ? renderJson(result) : summary());
  io.stderr.write(`exit ${result.exitCode}: ${exitText(result)}\n`);
  return result.exitCode;
}

async function measure(run: StudyRun, io: Io, watch?: RunWatch): Promise<CapacityResult | SweepResult> {
  const { scenario, study, startedAt, command } = run;
  const startMs = systemClock.epochMs();
  const elapsedMs = (): number => systemClock.epochMs() - startMs;
  const view = run.progress
    ? createStudyView({
        output: io.stderr,
        colours: createColours(wantsColour(io.stderr, io.env)),
        name: scenario.name,
        block: wantsLiveBlock(io),
      })
    : undefined;
  let bench: TrialBench | undefined;
  try {
    const opened = await openBench(run, io, (event) => {
      view?.show(event);
      watch?.onEvent(event);
    });
    bench = opened.bench;
    const output =
      bench === undefined
        ? { ...opened, resultOf: emptyResult(study) }
        : await conduct(run, bench, { view, elapsedMs, signal: io.signal });
    const { setupError } = output;
    return output.resultOf({
      scenario,
      command,
      startedAt,
      durationMs: elapsedMs(),
      environment: await readEnvironment(io.cwd, bench?.services ?? []),
      ...(setupError === undefined ? {} : { setupError }),
      ...interruptedBy(io.signal),
    });
  } finally {
    view?.close();
    await bench?.close();
  }
}

type ResultOf = (facts: StudyFacts) => CapacityResult | SweepResult;

/** Opens what the trials stand on; without it, why that could not be, where it was not the user who ended it. */
async function openBench(
  { scenario, dir }: StudyRun,
  { signal, env }: Io,
  onEvent: (event: ProgressEvent) => void,
): Promise<{ readonly bench?: TrialBench; readonly setupError?: Error }> {
  try {
    return { bench: await openTrialBench(scenario, { onEvent, signal, env, logDir: dir }) };
  } catch (error) {
    return endOf(error, signal);
  }
}

function emptyResult(study: StudySpec): ResultOf {
  return study.kind === "capacity"
    ? (facts) => makeCapacityResult({ ...facts, spec: study, found: { levels: [], why: "interrupted" } })
    : (facts) => makeSweepResult({ ...facts, spec: study, trials: [] });
}

interface Conduct {
  readonly view: StudyView | undefined;
  readonly elapsedMs: () => number;
  readonly signal: AbortSignal;
}

/** Measures, and gives how a result is made of it; with it why the target could not be set up for a further trial. */
async function conduct(
  { scenario, study }: StudyRun,
  bench: TrialBench,
  { view, elapsedMs, signal }: Conduct,
): Promise<{ readonly resultOf: ResultOf; readonly setupError?: Error }> {
  const [phase] = scenario.load;
  if (study.kind === "capacity" && phase?.loop === "open") {
    const onLevel = (level: CapacityLevel): void => view?.level(level);
    const order = { bench, spec: study, phase, elapsedMs, onLevel, signal };
    const { found, last, ...ended } = await runCapacity(scenario, order);
    const confirmation =
      found.confirmedPerSec === undefined || last === undefined ? {} : { confirmation: last };
    const resultOf: ResultOf = (facts) =>
      makeCapacityResult({ ...facts, spec: study, found, ...confirmation });
    return { resultOf, ...ended };
  }
  if (study.kind === "sweep" && phase?.loop === "closed") {
    const onRound = (round: number, of: number): void => view?.round(round, of);
    const { trials, ...ended } = await runSweep(scenario, { bench, spec: study, phase, signal, onRound });
    return { resultOf: (facts) => makeSweepResult({ ...facts, spec: study, trials }), ...ended };
  }
  throw new DynoError("internal", `a ${study.kind} has no phase of its kind`);
}

const exitTexts: Readonly<Record<CapacityResult["outcome"] | SweepResult["outcome"], string>> = {
  found: "the capacity was found and confirmed",
  at_least: "what holds is known, and not what would be too much",
  unconfirmed: "no longer run confirmed what the search found",
  none: "not even the lowest rate holds",
  fail: "a target failed",
  measured: "the sweep was measured",
  invalid: "an invalid measurement",
  setup_failed: "the target could not be set up or reached",
  interrupted: "interrupted; the partial results were written",
};

function exitText({ outcome }: CapacityResult | SweepResult): string {
  return exitTexts[outcome];
}
