import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DynoError } from "../base/errors.ts";
import { deriveSeed } from "../base/random.ts";
import type { TrialResult } from "../measure/result.ts";
import { placeOf } from "../scenario/fault.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { beginServiceFault } from "./faults/service-faults.ts";
import type { ProgressEvent } from "./progress.ts";
import { openServices, type Services } from "./services/open-services.ts";
import { runTrial } from "./trial.ts";

/** How to run a scenario. */
export interface RunOptions {
  readonly onEvent: (event: ProgressEvent) => void;
  /** Aborted: no further trial is begun, and the one under way ends soon. */
  readonly signal: AbortSignal;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder for samples; left out, none are written. */
  readonly samplesDir?: string;
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
  try {
    const places = scenario.faults.map(({ kind }) => placeOf(kind));
    const breaking = { redis: places.includes("redis"), network: places.includes("network") };
    services = await openServices(scenario.target, { ...options, breaking });
    for (const text of services.descriptions) options.onEvent({ type: "service", text });
    for (let trial = 0; trial < scenario.repeat && !options.signal.aborted; trial++) {
      options.onEvent({ type: "trial", trial, of: scenario.repeat });
      trials.push(await runOne(scenario, trial, services, options));
    }
    return { trials, services: services.descriptions };
  } catch (error) {
    const isSetup = error instanceof DynoError && error.code === "setup";
    if (isSetup) return { trials, services: services?.descriptions ?? [], setupError: error };
    throw error;
  } finally {
    await services?.close();
  }
}

async function runOne(
  scenario: Scenario,
  trial: number,
  services: Services,
  options: RunOptions,
): Promise<TrialResult> {
  const scratchDir = await mkdtemp(join(tmpdir(), "dyno-trial-"));
  const { onEvent, signal, samplesDir, entry } = options;
  try {
    if (samplesDir !== undefined) await mkdir(samplesDir, { recursive: true });
    const samplesName = scenario.repeat === 1 ? "samples.ndjson.gz" : `samples-${trial + 1}.ndjson.gz`;
    const spec = {
      scenario,
      trial,
      seed: deriveSeed(scenario.seed, `trial ${trial}`),
      services: services.addresses,
      scratchDir,
      ...(samplesDir === undefined ? {} : { samplesPath: join(samplesDir, samplesName) }),
    };
    return await runTrial(spec, {
      onEvent,
      signal,
      beginFault: async (fault) => beginServiceFault(services.breakable, fault),
      ...(entry ? { entry } : {}),
    });
  } finally {
    await rm(scratchDir, { recursive: true, force: true });
  }
}
