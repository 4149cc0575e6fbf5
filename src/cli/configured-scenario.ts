import { resolve } from "node:path";
import { digestOf } from "../base/digest.ts";
import { DynoError } from "../base/errors.ts";
import { targetSchemas } from "../drive/target-schemas.ts";
import type { Override } from "../scenario/overrides.ts";
import { type ReadScenarioOptions, readScenario } from "../scenario/read-scenario.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { readTunedConfig, type TunedFile } from "../scenario/tuned-file.ts";
import type { Io } from "./io.ts";

/** The tuned.yaml that `--config` names; undefined where it names none. */
export async function readConfig(file: string | undefined, io: Io): Promise<TunedFile | undefined> {
  return file === undefined ? undefined : readTunedConfig(resolve(io.cwd, file), file);
}

/**
 * Reads a scenario with the settings of a tuned.yaml over its own, and `overrides` (`--set`) over these. Throws a DynoError
 * `usage` where the tuned.yaml is of another scenario, and what `readScenario` throws.
 */
export async function readConfigured(
  file: string,
  config: TunedFile | undefined,
  overrides: readonly (string | Override)[],
  io: Io,
  reading: Pick<ReadScenarioOptions, "isTuned"> = {},
): Promise<Scenario> {
  const scenario = await readScenario(file, { targetSchemas, env: io.env, overrides, ...reading });
  refuseForeignConfig(config, [scenario]);
  return layConfig(scenario, config, overrides, io, reading);
}

/** Reads a scenario again with the settings of a tuned.yaml, where that is of it; else gives it back as it is. */
export async function layConfig(
  scenario: Scenario,
  config: TunedFile | undefined,
  overrides: readonly (string | Override)[],
  io: Io,
  reading: Pick<ReadScenarioOptions, "isTuned"> = {},
): Promise<Scenario> {
  if (config === undefined || config.scenario.name !== scenario.name) return scenario;
  const { digest } = config.scenario;
  if (digest !== undefined && digest !== digestOf(scenario.source)) {
    io.stderr.write(
      `dyno: ${scenario.file} has changed since ${config.file} was made for it; what was proven then may not hold now\n`,
    );
  }
  return readScenario(scenario.file, {
    targetSchemas,
    env: io.env,
    overrides: [...config.overrides, ...overrides],
    ...reading,
  });
}

/** Throws a DynoError `usage` where a tuned.yaml is of none of the scenarios. */
export function refuseForeignConfig(config: TunedFile | undefined, scenarios: readonly Scenario[]): void {
  if (config === undefined || scenarios.some(({ name }) => name === config.scenario.name)) return;
  const names = [...new Set(scenarios.map(({ name }) => name))].join(", ");
  throw new DynoError(
    "usage",
    `${config.file} is of the scenario ${config.scenario.name}, not of ${names}; name its scenario, or leave --config out`,
  );
}

/** `--config FILE` as the words of a command. */
export function configFlag(file: string | undefined): string[] {
  return file === undefined ? [] : ["--config", file];
}
