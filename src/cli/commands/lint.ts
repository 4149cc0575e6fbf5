import { dirname, resolve } from "node:path";
import { formatCount } from "../../base/units.ts";
import type { Problem } from "../../base/yaml.ts";
import { targetSchemas } from "../../drive/target-schemas.ts";
import { checkFiles } from "../../scenario/check-files.ts";
import { checkScenario, formatProblems } from "../../scenario/check-scenario.ts";
import { listScenarioFiles } from "../../scenario/list-scenarios.ts";
import { readScenarioText } from "../../scenario/read-scenario.ts";
import { checkSuite, isSuite } from "../../scenario/suite.ts";
import type { Io } from "../io.ts";

/** `dyno lint`: checks scenario files and suites, by default all in `scenarios/`, without running them. Exit code 0 or 2. */
export async function lint(files: readonly string[], io: Io): Promise<number> {
  const chosen = files.length > 0 ? files : await listScenarioFiles("scenarios");
  let problemCount = 0;
  for (const file of chosen) {
    const text = await readScenarioText(resolve(io.cwd, file));
    const problems = isSuite(text)
      ? (checkSuite(text, file, io.env).problems ?? [])
      : await problemsOf(text, file, io);
    problemCount += problems.length;
    if (problems.length > 0) io.stderr.write(`${formatProblems(problems, text)}\n`);
  }
  const checkedText = chosen.length === 1 ? "1 file" : `${formatCount(chosen.length)} files`;
  io.stdout.write(
    problemCount === 0
      ? `${checkedText} checked, nothing wrong\n`
      : `${checkedText} checked, ${problemCount} wrong\n`,
  );
  return problemCount === 0 ? 0 : 2;
}

async function problemsOf(text: string, file: string, { cwd, env }: Io): Promise<readonly Problem[]> {
  const options = { targetSchemas, env };
  const { scenario, problems } = checkScenario(text, file, options);
  return scenario === undefined ? problems : checkFiles(scenario, text, dirname(resolve(cwd, file)), options);
}
