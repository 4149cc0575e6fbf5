import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { DynoError } from "../base/errors.ts";
import { deriveSeed } from "../base/random.ts";
import type { TrialResult } from "../measure/result.ts";
import { placeOf } from "../scenario/fault.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { beginServiceFault } from "./faults/service-faults.ts";
import type { ProgressEvent } from "./progress.ts";
import { describeServer } from "./services/open-server.ts";
import { openServices, type Services } from "./services/open-services.ts";
import { runTrial } from "./trial.ts";
import { withServer } from "./trial-server.ts";

/** How to run a scenario. */
export interface RunOptions {
  readonly onEvent: (event: ProgressEvent) => void;
  /** Aborted: no further trial is begun, and the one under way ends soon. */
  readonly signal: AbortSignal;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder for samples; left out, none are written. */
  readonly samplesDir?: string;
  /** The folder for the log of a server that is started; left out, it is not written. */
  readonly logDir?: string;
  /** The child's entry; default: ours. */
  readonly entry?: URL;
}

/** What a run measured. */
export interface RunOutput {
  readonly trials: readonly TrialResult[];
  /** The services that were used, in words. */
  readonly services: readonly string[];
  /** Why the target could not be set up; then there may be no trials. */
  readonly setupError?: DynoError;
}

/** Opens the services that the target needs, runs the trials one after the other, and closes everything again. */
export async function runScenario(scenario: Scenario, options: RunOptions): Promise<RunOutput> {
  const trials: TrialResult[] = [];
  let services: Services | undefined;
  const described = (): readonly string[] => describeAll(scenario, services);
  try {
    const places = scenario.faults.map(({ kind }) => placeOf(kind));
    const breaking = { redis: places.includes("redis"), network: places.includes("network") };
    services = await openServices(scenario.target, { ...options, breaking });
    for (const text of services.descriptions) options.onEvent({ type: "service", text });
    for (let trial = 0; trial < scenario.repeat && !options.signal.aborted; trial++) {
      options.onEvent({ type: "trial", trial, of: scenario.repeat });
      trials.push(await runOne(scenario, trial, services, options, scenario.repeat > 1));
    }
    return { trials, services: described() };
  } catch (error) {
    return { trials, services: described(), ...endOf(error, options.signal) };
  } finally {
    await services?.close();
  }
}

/**
 * What an error that ended a trial says of a run whose earlier trials stand: why the target could not be set up, or nothing
 * where it was interrupted while a server was starting. Throws any other error again.
 */
export function endOf(error: unknown, signal: AbortSignal): Pick<RunOutput, "setupError"> {
  if (error instanceof DynoError && error.code === "setup") return { setupError: error };
  if (error instanceof DynoError && error.code === "aborted" && signal.aborted) return {};
  throw error;
}

/** The services in words, with the server that the target brings along. */
function describeAll(scenario: Scenario, services: Services | undefined): readonly string[] {
  const server = describeServer(scenario.target);
  return [...(services?.descriptions ?? []), ...(server === undefined ? [] : [server])];
}

/** Trials that are asked for one by one, on services that stay open between them. */
export interface TrialBench {
  /** The services that are used, in words. */
  readonly services: readonly string[];
  /** Runs a scenario with the target that the bench was opened for as one trial in a fresh process. */
  run(scenario: Scenario, trial: number): Promise<TrialResult>;
  close(): Promise<void>;
}

/** Opens the services that a scenario needs, for trials without faults. Rejects with a DynoError where they cannot be had. */
export async function openTrialBench(scenario: Scenario, options: RunOptions): Promise<TrialBench> {
  const breaking = { redis: false, network: false };
  const services = await openServices(scenario.target, { ...options, breaking });
  for (const text of services.descriptions) options.onEvent({ type: "service", text });
  return {
    services: describeAll(scenario, services),
    run: (one, trial) => runOne(one, trial, services, options, true),
    close: () => services.close(),
  };
}

async function runOne(
  scenario: Scenario,
  trial: number,
  services: Services,
  options: RunOptions,
  isOneOfMany: boolean,
): Promise<TrialResult> {
  const fileOf = (stem: string, ending: string): string =>
    isOneOfMany ? `${stem}-${trial + 1}${ending}` : `${stem}${ending}`;
  const scratchDir = await mkdtemp(join(tmpdir(), "dyno-trial-"));
  const { env, onEvent, signal, samplesDir, logDir, entry } = options;
  try {
    if (samplesDir !== undefined) await mkdir(samplesDir, { recursive: true });
    const spec = {
      scenario,
      trial,
      seed: deriveSeed(scenario.seed, `trial ${trial}`),
      scratchDir,
      ...(samplesDir === undefined ? {} : { samplesPath: join(samplesDir, fileOf("samples", ".ndjson.gz")) }),
    };
    const served = {
      target: scenario.target,
      scenarioDir: resolve(dirname(scenario.file)),
      env,
      signal,
      onEvent,
      ...(logDir === undefined ? {} : { logPath: join(logDir, fileOf("server", ".log")) }),
    };
    return await withServer(served, ({ addresses, onEvent: onTrialEvent }) =>
      runTrial(
        { ...spec, services: { ...services.addresses, ...addresses } },
        {
          onEvent: onTrialEvent,
          signal,
          beginFault: async (fault) => beginServiceFault(services.breakable, fault),
          ...(entry ? { entry } : {}),
        },
      ),
    );
  } finally {
    await rm(scratchDir, { recursive: true, force: true });
  }
}
