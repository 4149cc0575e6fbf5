import { basename, extname, join } from "node:path";
import { formatDuration } from "../../base/units.ts";
import { targetSchemas } from "../../drive/target-schemas.ts";
import { type Colours, createColours } from "../../publish/terminal/symbols.ts";
import { checkScenario } from "../../scenario/check-scenario.ts";
import { listScenarioFiles } from "../../scenario/list-scenarios.ts";
import { describeMatrix } from "../../scenario/matrix-cells.ts";
import { readScenarioText } from "../../scenario/read-scenario.ts";
import { loadLines, longestMs } from "../../scenario/scenario-summary.ts";
import { checkSuite, isSuite } from "../../scenario/suite.ts";
import { wantsColour } from "../colour.ts";
import type { Io } from "../io.ts";

/** `dyno scenarios`: lists the scenarios of a folder, with what each is for and how long it takes. */
export async function listScenarios(dir: string, io: Io): Promise<number> {
  const colours = createColours(wantsColour(io.stdout, io.env));
  for (const file of await listScenarioFiles(join(dir))) {
    const text = await readScenarioText(file);
    if (isSuite(text)) {
      listSuite(text, file, colours, io);
      continue;
    }
    const { scenario, problems } = checkScenario(text, file, {
      targetSchemas,
      env: io.env,
    });
    if (scenario === undefined) {
      io.stdout.write(
        `${colours.bold(basename(file, extname(file)))}  ${colours.red(`${problems.length} wrong; dyno lint ${file}`)}\n\n`,
      );
      continue;
    }
    const { matrix } = scenario;
    const lasting = formatDuration(longestMs(scenario) * 1000);
    io.stdout.write(`${colours.bold(scenario.name)}  ${colours.dim(`${file}, up to ${lasting}`)}\n`);
    io.stdout.write(`  ${scenario.why}\n`);
    const lines = loadLines(scenario);
    if (matrix !== undefined) lines.push(`matrix: ${describeMatrix(matrix)}`);
    for (const line of lines) io.stdout.write(`  ${colours.dim(line)}\n`);
    io.stdout.write("\n");
  }
  return 0;
}

function listSuite(text: string, file: string, colours: Colours, io: Io): void {
  const { suite, problems } = { problems: [], ...checkSuite(text, file, io.env) };
  const title = colours.bold(basename(file, extname(file)));
  if (suite === undefined) {
    io.stdout.write(`${title}  ${colours.red(`${problems.length} wrong; dyno lint ${file}`)}\n\n`);
    return;
  }
  io.stdout.write(`${title}  ${colours.dim(`${file}, a suite for dyno gate`)}\n  ${suite.why}\n`);
  io.stdout.write(`  ${colours.dim(suite.scenarios.join(", "))}\n\n`);
}
