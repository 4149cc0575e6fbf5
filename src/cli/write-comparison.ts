import { appendFile } from "node:fs/promises";
import { resolve } from "node:path";
import { messageOf } from "../base/errors.ts";
import { comparisonExitMeaning } from "../judge/compare/comparison-result.ts";
import type { ComparisonResult } from "../measure/comparison.ts";
import { renderAnnotations } from "../publish/comparison/annotations.ts";
import { renderMarkdown } from "../publish/comparison/markdown.ts";
import { renderComparison } from "../publish/comparison/terminal.ts";
import { renderJson } from "../publish/json.ts";
import { publishComparison } from "../publish/publishers.ts";
import { createColours } from "../publish/terminal/symbols.ts";
import { wantsColour } from "./colour.ts";
import { folderStamp } from "./folder-stamp.ts";
import type { Io } from "./io.ts";
import { updateIndex } from "./update-index.ts";
import { writtenPaths } from "./written-paths.ts";

/** Where and how a comparison is told of. */
export interface WriteOptions {
  /** The folder that receives the report's folder. */
  readonly out: string;
  /** What the folder's name ends with. */
  readonly stem: string;
  /** The report's folder itself, in place of one in `out`. */
  readonly reportDir?: string;
  readonly json?: boolean;
}

/** Writes every output of a comparison, prints its summary (on GitHub also there), and gives its exit code. */
export async function writeComparison(
  result: ComparisonResult,
  { out, stem, reportDir, json }: WriteOptions,
  io: Io,
): Promise<number> {
  const dir =
    reportDir === undefined
      ? resolve(io.cwd, out, `${folderStamp(new Date(result.startedAt))}-${stem}`)
      : resolve(io.cwd, reportDir);
  const { files, failures } = await publishComparison(result, dir);
  await updateIndex(dir, result.environment.dynoVersion, io);
  for (const failure of failures) io.stderr.write(`dyno: ${failure}\n`);
  const paths = writtenPaths(files, { report: ".html", result: "comparison.json" }, io.cwd);
  io.stdout.write(
    json === true
      ? renderJson(result)
      : renderComparison(result, paths, createColours(wantsColour(io.stdout, io.env))),
  );
  await tellGitHub(result, io);
  io.stderr.write(`exit ${result.exitCode}: ${comparisonExitMeaning(result)}\n`);
  return result.exitCode;
}

/** Annotations and the job's summary, where this is a job. The runner reads commands from both streams. */
async function tellGitHub(result: ComparisonResult, io: Io): Promise<void> {
  if (io.env.GITHUB_ACTIONS === "true") io.stderr.write(renderAnnotations(result));
  const summary = io.env.GITHUB_STEP_SUMMARY;
  if (summary === undefined || summary === "") return;
  try {
    await appendFile(summary, renderMarkdown(result));
  } catch (error) {
    io.stderr.write(`dyno: the job's summary ${summary} could not be written: ${messageOf(error)}\n`);
  }
}
