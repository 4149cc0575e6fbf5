import { readFile } from "node:fs/promises";
import { basename, extname } from "node:path";
import { DynoError, messageOf } from "../../base/errors.ts";
import { readYaml } from "../../base/yaml.ts";
import { type CheckPipelineOptions, checkPipeline, formatPipelineProblems } from "./check-pipeline.ts";
import type { Pipeline } from "./pipeline.ts";

/** How to read pipeline files. */
export type ReadPipelinesOptions = Omit<CheckPipelineOptions, "pipelines">;

/**
 * Reads and checks pipeline files, which may call one another. Throws a DynoError: `usage` where a file cannot be
 * read, `scenario` with every problem of every file at its place.
 */
export async function readPipelines(
  files: readonly string[],
  options: ReadPipelinesOptions,
): Promise<readonly Pipeline[]> {
  const texts = await Promise.all(files.map(readText));
  const names = new Set(files.map((file, i) => nameIn(file, texts[i] ?? "", options)));
  const checked = files.map((file, i) =>
    checkPipeline(texts[i] ?? "", file, { ...options, pipelines: names }),
  );
  const wrong = checked.flatMap(({ problems }, i) =>
    problems.length === 0 ? [] : [formatPipelineProblems(problems, texts[i] ?? "")],
  );
  if (wrong.length > 0) throw new DynoError("scenario", wrong.join("\n"));
  return checked.flatMap(({ pipeline }) => (pipeline === undefined ? [] : [pipeline]));
}

/** Checks a pipeline that is at hand as text; `file` is what messages call it. Throws a DynoError `scenario` with every problem. */
export function parsePipeline(text: string, file: string, options: CheckPipelineOptions): Pipeline {
  const { pipeline, problems } = checkPipeline(text, file, options);
  if (pipeline === undefined) throw new DynoError("scenario", formatPipelineProblems(problems, text));
  return pipeline;
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw new DynoError("usage", `the pipeline ${file} cannot be read: ${messageOf(cause)}`, { cause });
  }
}

/** The name that a file gives its pipeline, before the file is known to be right. */
function nameIn(file: string, text: string, { env }: ReadPipelinesOptions): string {
  const value = readYaml(file, text, env).value as { readonly name?: unknown } | null | undefined;
  return typeof value?.name === "string" ? value.name : basename(file, extname(file));
}
