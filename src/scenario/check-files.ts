import { createReport } from "../base/report.ts";
import { type Problem, readYaml } from "../base/yaml.ts";
import { blamed, type CheckOptions } from "./check-scenario.ts";
import type { Scenario } from "./scenario.ts";
import { writeOutTarget } from "./target-shorthand.ts";

/** Checks the files that a scenario's target names, which are looked for in `dir`; `text` is that of the scenario's own file. */
export async function checkFiles(
  { file, target }: Scenario,
  text: string,
  dir: string,
  { targetSchemas, env, overrides = [] }: CheckOptions,
): Promise<readonly Problem[]> {
  const found = (await targetSchemas[target.kind]?.checkFiles?.(target.settings, dir)) ?? [];
  if (found.length === 0) return [];
  const { yaml, override } = writeOutTarget(readYaml(file, text, env), targetSchemas);
  const problems: Problem[] = [];
  const report = createReport(yaml, problems);
  for (const { path, message } of found) report({ path: ["target", ...path], message });
  return blamed(problems, overrides.map(override));
}
