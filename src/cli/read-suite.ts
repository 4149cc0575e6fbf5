import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { DynoError } from "../base/errors.ts";
import { targetSchemas } from "../drive/target-schemas.ts";
import { formatProblems } from "../scenario/check-scenario.ts";
import { readScenario, readScenarioText } from "../scenario/read-scenario.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { checkSuite, isSuite, type Suite } from "../scenario/suite.ts";
import { layConfig, readConfig, refuseForeignConfig } from "./configured-scenario.ts";
import { findScenario } from "./find-scenario.ts";
import type { Io } from "./io.ts";

/** A scenario that a gate runs, with what its suite says of it. */
export interface SuiteMember {
  readonly scenario: Scenario;
  readonly suite?: Suite;
}

const standardSuite = join("scenarios", "gate.yaml");

/** Settings of what a gate runs. */
export interface SuiteSettings {
  /** `key=value` settings of all scenarios. */
  readonly set: readonly string[];
  /** A tuned.yaml, whose settings go to the scenario that it names. */
  readonly config?: string;
}

/**
 * Reads what a gate is to run: suites, scenarios, or (without names) `scenarios/gate.yaml`. Throws a DynoError for what is
 * missing or wrong, at its place.
 */
export async function readSuite(
  names: readonly string[],
  { set, config: configFile }: SuiteSettings,
  io: Io,
): Promise<SuiteMember[]> {
  if (names.length === 0 && !existsSync(join(io.cwd, standardSuite))) {
    throw new DynoError(
      "usage",
      `there is no ${standardSuite}; write one (why: ..., scenarios: [...]), or name suites or scenarios: dyno gate quickstart --base main`,
    );
  }
  const config = await readConfig(configFile, io);
  const members: SuiteMember[] = [];
  const read = async (file: string): Promise<Scenario> => {
    const scenario = await readScenario(file, { targetSchemas, env: io.env, overrides: set });
    return layConfig(scenario, config, set, io);
  };
  for (const name of names.length === 0 ? [standardSuite] : names) {
    const file = findScenario(name, io.cwd);
    const text = await readScenarioText(file);
    if (!isSuite(text)) {
      members.push({ scenario: await read(file) });
      continue;
    }
    const checked = checkSuite(text, file, io.env);
    if (checked.suite === undefined) throw new DynoError("scenario", formatProblems(checked.problems, text));
    for (const member of checked.suite.scenarios) {
      const scenario = await read(memberFile(file, member));
      members.push({ scenario, suite: checked.suite });
    }
  }
  refuseForeignConfig(
    config,
    members.map(({ scenario }) => scenario),
  );
  return members;
}

/** A member is named from the suite's folder, with or without its ending. */
function memberFile(suite: string, member: string): string {
  const path = join(dirname(suite), member);
  return /\.ya?ml$/.test(member) ? path : `${path}.yaml`;
}
