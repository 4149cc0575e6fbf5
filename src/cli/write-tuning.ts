import { exitMeaning } from "../judge/outcome.ts";
import type { TuneResult } from "../measure/tuning.ts";
import { renderJson } from "../publish/json.ts";
import { publishTuning } from "../publish/publishers.ts";
import { createColours } from "../publish/terminal/symbols.ts";
import { renderTuneSummary } from "../publish/terminal/tune.ts";
import { wantsColour } from "./colour.ts";
import type { Io } from "./io.ts";
import { updateIndex } from "./update-index.ts";
import { writtenPaths } from "./written-paths.ts";

/** Writes every output of a tuning into its folder, prints its summary, and gives its exit code. */
export async function writeTuning(
  result: TuneResult,
  { reportDir, json }: { readonly reportDir: string; readonly json?: boolean | undefined },
  io: Io,
): Promise<number> {
  const { files, failures } = await publishTuning(result, reportDir);
  await updateIndex(reportDir, result.environment.dynoVersion, io);
  for (const failure of failures) io.stderr.write(`dyno: ${failure}\n`);
  const paths = writtenPaths(files, { report: ".html", result: "tuning.json", tuned: "tuned.yaml" }, io.cwd);
  io.stdout.write(
    json === true
      ? renderJson(result)
      : renderTuneSummary(result, paths, createColours(wantsColour(io.stdout, io.env))),
  );
  io.stderr.write(`exit ${result.exitCode}: ${tuneExitMeaning(result)}\n`);
  return result.exitCode;
}

function tuneExitMeaning({ outcome, exitCode }: TuneResult): string {
  if (outcome === "proven") return "a better configuration was found and proven";
  if (outcome === "kept") return "the default is kept: nothing better was proven";
  if (outcome === "interrupted")
    return "interrupted; what was measured is in the journal, and --resume goes on with it";
  return exitMeaning(exitCode);
}
