import { url as inspectorUrl } from "node:inspector";
import { availableParallelism } from "node:os";
import { dirname, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { systemClock } from "../../base/clock.ts";
import { DynoError } from "../../base/errors.ts";
import { maskUrl } from "../../base/mask-url.ts";
import { formatDuration } from "../../base/units.ts";
import { findProgram } from "../../drive/services/redis-process.ts";
import { targetSchemas } from "../../drive/target-schemas.ts";
import { ownProgram } from "../../drive/twin/pair-bench.ts";
import { gateQuestion } from "../../judge/compare/question.ts";
import type { ProcessView } from "../../judge/doctor/check-process.ts";
import { makeDoctorResult } from "../../judge/doctor/doctor-result.ts";
import type { Comparison } from "../../measure/comparison.ts";
import { type HiccupMeter, startHiccupMeter } from "../../measure/hiccup-meter.ts";
import { compareSamples, type MachineActivity } from "../../measure/machine/machine-activity.ts";
import { readMachineFacts } from "../../measure/machine/machine-facts.ts";
import { systemFiles } from "../../measure/machine/machine-files.ts";
import { type MachineSample, takeMachineSample } from "../../measure/machine/machine-sample.ts";
import type { HiccupSummary } from "../../measure/result.ts";
import { renderDoctor } from "../../publish/terminal/doctor.ts";
import { createColours } from "../../publish/terminal/symbols.ts";
import { checkScenario } from "../../scenario/check-scenario.ts";
import { readScenario } from "../../scenario/read-scenario.ts";
import type { Scenario } from "../../scenario/scenario.ts";
import { wantsColour } from "../colour.ts";
import { compareScenario } from "../compare-scenario.ts";
import { findScenario } from "../find-scenario.ts";
import type { Io } from "../io.ts";

/** The options of `dyno doctor`, as the command line gives them. */
export interface DoctorOptions {
  /** How long the two equal variants are compared, in milliseconds. */
  readonly budgetMs: number;
  readonly json?: boolean;
}

/** Compares a scenario with itself, in pairs, until the budget is used up. */
export type MeasureTwins = (scenario: Scenario, budgetMs: number, signal: AbortSignal) => Promise<Comparison>;

/** How long the machine is watched while nothing of ours works: some 2,000 sleeps of the hiccup meter. */
const quietMs = 2000;

const ownScenario = `why: How far apart two equal variants come out on this machine.
target: { kind: engine, store: memory, level: stored, payload: 256B }
warmup: { min: 300ms, max: 1s }
load: [{ phase: full, shape: concurrency, clients: 64, for: 1s }]
`;

/**
 * `dyno doctor`: looks at the machine, compares a scenario with itself and says what can be seen here. Exit code 0, or 3
 * where something makes figures from here prove little.
 */
export async function doctor(
  name: string | undefined,
  options: DoctorOptions,
  io: Io,
  measureTwins: MeasureTwins = (scenario, budgetMs) => compareEqual(scenario, budgetMs, io),
): Promise<number> {
  const scenario = await scenarioOf(name, io);
  const note = (text: string): void => io.stderr.write(`doctor: ${text}\n`);
  const facts = readMachineFacts(systemFiles);
  note(`watching the machine for ${formatDuration(quietMs * 1000)}`);
  const start = sample();
  const hiccups = await watchHiccups(io.signal);
  const afterQuiet = sample();
  const twins = await compareWithItself(scenario, options, io, note, measureTwins);
  const result = makeDoctorResult({
    machine: { facts, cores: availableParallelism() },
    process: processView(io),
    seen: { quiet: activity(start, afterQuiet), whole: activity(start, sample()), hiccups },
    ...twins,
  });
  io.stdout.write(
    options.json === true
      ? `${JSON.stringify(result, null, 2)}\n`
      : renderDoctor(result, createColours(wantsColour(io.stdout, io.env))),
  );
  return result.exitCode;
}

/** The scenario against itself; nothing is decided before the budget is used up. */
async function compareEqual(scenario: Scenario, budgetMs: number, io: Io): Promise<Comparison> {
  const side = (name: string) => ({
    scenario,
    program: ownProgram(io.cwd, io.env),
    scenarioDir: dirname(resolve(io.cwd, scenario.file)),
    info: { name, description: "the same" },
  });
  const { comparison } = await compareScenario(
    side("a"),
    side("b"),
    {
      title: "doctor",
      question: gateQuestion(scenario.gate.margins, 1),
      budgetMs,
      seed: scenario.seed,
      progress: true,
      usesWholeBudget: true,
    },
    io,
  );
  return comparison;
}

function sample(): MachineSample {
  return takeMachineSample(systemFiles, systemClock.nowMicros());
}

function activity(before: MachineSample, after: MachineSample): MachineActivity {
  return compareSamples(before, after, process.pid);
}

async function scenarioOf(name: string | undefined, io: Io): Promise<Scenario> {
  if (name !== undefined) return readScenario(findScenario(name, io.cwd), { targetSchemas, env: io.env });
  const { scenario } = checkScenario(ownScenario, "doctor.yaml", { targetSchemas, env: {} });
  if (scenario === undefined)
    throw new DynoError("internal", `the doctor's own scenario is wrong: ${ownScenario}`);
  return scenario;
}

async function watchHiccups(signal: AbortSignal): Promise<HiccupSummary> {
  const meter: HiccupMeter = startHiccupMeter();
  try {
    await sleep(quietMs, undefined, { signal });
    return meter.take();
  } catch (cause) {
    throw new DynoError("aborted", "the examination was interrupted", { cause });
  } finally {
    await meter.close();
  }
}

/** What cannot be measured is a finding beside the others; only an interrupt ends the examination. */
async function compareWithItself(
  scenario: Scenario,
  { budgetMs }: DoctorOptions,
  io: Io,
  note: (text: string) => void,
  measureTwins: MeasureTwins,
): Promise<{ readonly comparison: Comparison } | { readonly problem: string }> {
  note(`comparing ${scenario.name} with itself for ${formatDuration(budgetMs * 1000)}`);
  try {
    const comparison = await measureTwins(scenario, budgetMs, io.signal);
    if (io.signal.aborted) throw new DynoError("aborted", "the examination was interrupted");
    return { comparison };
  } catch (thrown) {
    if (!(thrown instanceof DynoError) || thrown.code === "aborted" || thrown.code === "internal")
      throw thrown;
    return { problem: `${scenario.name} could not be measured: ${thrown.message}` };
  }
}

function processView({ env }: Io): ProcessView {
  const path = env.PATH ?? "";
  const redisUrl = env.REDIS_URL === "" ? undefined : env.REDIS_URL;
  const redis =
    redisUrl === undefined ? findProgram(["redis-server", "valkey-server"], path) : maskUrl(redisUrl);
  return {
    env,
    execArgv: process.execArgv,
    isInspected: inspectorUrl() !== undefined,
    hasTaskset: findProgram(["taskset"], path) !== undefined,
    ...(redis === undefined ? {} : { redis }),
  };
}
