import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { z } from "zod";
import { DynoError, messageOf } from "../../base/errors.ts";
import { readJson } from "../../base/json.ts";
import { keysInSchema, schemaProblems } from "../../base/schema-problems.ts";
import { writeWanted } from "../../base/write-whole.ts";
import { readYaml } from "../../base/yaml.ts";
import { type Baseline, baselineSchemaVersion } from "./baseline.ts";
import { baselineSchema } from "./baseline-schema.ts";
import { contentDigest } from "./make-baseline.ts";

/** The name of a baseline's file: one for each scenario and class of machine. */
export function baselineFileName({
  scenario,
  fingerprint,
}: Pick<Baseline, "scenario" | "fingerprint">): string {
  return `${fileNamePart(scenario.name)}.${fingerprint.class}.json`;
}

/** What stands for a scenario in file names. */
export function fileNamePart(scenario: string): string {
  return scenario.replaceAll(/[^\w.-]/g, "-");
}

/** A baseline as text: always the same for the same content, lists of numbers on one line, so that a diff can be read. */
export function formatBaseline(baseline: Baseline): string {
  const list = /\[\n\s+(-?[\d.e+-]+(?:,\n\s+-?[\d.e+-]+)*)\n\s+\]/g;
  const text = JSON.stringify(baseline, null, 2);
  return `${text.replaceAll(list, (_, numbers: string) => `[${numbers.replaceAll(/\s+/g, " ")}]`)}\n`;
}

/** Writes a baseline into its file, in the place of an earlier one. Gives the path. Throws a DynoError `usage` where it cannot. */
export async function writeBaseline(dir: string, baseline: Baseline): Promise<string> {
  const path = join(dir, baselineFileName(baseline));
  await writeWanted(
    path,
    formatBaseline(baseline),
    `the baseline ${path}`,
    "name a folder that can be written to",
  );
  return path;
}

/**
 * Reads a baseline. Throws a DynoError `usage` of one line that says what is wrong where, and what to do: with a file
 * that is truncated or no JSON, was written by another version of dyno, or was edited by hand. `file` is what messages
 * call it.
 */
export async function readBaseline(path: string, file = path): Promise<Baseline> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    throw new DynoError("usage", `the baseline ${file} cannot be read: ${messageOf(cause)}`, { cause });
  }
  return parseBaseline(text, file);
}

/** Reads the text of a baseline; see `readBaseline`. */
export function parseBaseline(text: string, file: string): Baseline {
  const { value, problem } = { problem: undefined, value: undefined, ...readJson(text) };
  if (problem !== undefined) {
    throw broken(`${file}:${problem.line}:${problem.column}: the baseline ${problem.message}`, again(file));
  }
  if (typeof value !== "object" || value === null || !("schemaVersion" in value))
    throw broken(`${file}: is no baseline: it has no schemaVersion`, again(file));
  checkVersion(value.schemaVersion, file);
  const parsed = baselineSchema.safeParse(value);
  if (!parsed.success) throw broken(placeProblem(parsed.error.issues, text, file), again(file));
  if (parsed.data.digest !== contentDigest(value)) {
    throw broken(
      `${file}: the baseline was edited after it was recorded: its content does not have the digest that it names`,
      again(file),
    );
  }
  return parsed.data;
}

function again(file: string): string {
  return `take it back from git (git checkout -- ${file}), or ${recordAgain(file)}`;
}

/** The file is named for its scenario. */
function recordAgain(file: string): string {
  return `record it again (dyno baseline save ${basename(file).replace(/(\.[0-9a-f]{8})?\.json$/, "")})`;
}

function broken(what: string, mend: string): DynoError {
  return new DynoError("usage", `${what}; ${mend}`);
}

function checkVersion(version: unknown, file: string): void {
  if (version === baselineSchemaVersion) return;
  const isNewer = typeof version === "number" && version > baselineSchemaVersion;
  const what = `${file}: the baseline has schemaVersion ${JSON.stringify(version)}, and this dyno reads ${baselineSchemaVersion}`;
  throw isNewer
    ? broken(`${what}: a newer dyno wrote it`, `update dyno, or ${recordAgain(file)}`)
    : broken(`${what}: an older dyno wrote it`, recordAgain(file));
}

/** The first thing that the schema found, at its place; JSON is YAML too, and that reader knows the places. */
function placeProblem(issues: readonly z.core.$ZodIssue[], text: string, file: string): string {
  const yaml = readYaml(file, text, {});
  const known = keysInSchema(z.toJSONSchema(baselineSchema));
  const [problem] = schemaProblems(issues, yaml, yaml.value, known).toSorted(
    (a, b) => a.place.line - b.place.line,
  );
  if (problem === undefined) return `${file}: is no baseline`;
  const { line, column } = problem.place;
  return `${file}:${line}:${column}: the baseline's ${problem.path} ${problem.message}`;
}
