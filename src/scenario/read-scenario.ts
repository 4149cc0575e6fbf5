import { readdir, readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { DynoError, messageOf } from "../base/errors.ts";
import { nearestWord } from "../base/suggest.ts";
import { checkFiles } from "./check-files.ts";
import { type CheckOptions, checkScenario, formatProblems } from "./check-scenario.ts";
import { type Override, parseOverride } from "./overrides.ts";
import type { Scenario } from "./scenario.ts";

/** How to read a scenario file. */
export interface ReadScenarioOptions extends Omit<CheckOptions, "overrides"> {
  /** `key.path=value` settings from the command line; later ones win. */
  readonly overrides?: readonly (string | Override)[];
}

/**
 * Reads and checks a scenario file. Throws a DynoError: `usage` where there is no such file (with the nearest
 * name in its folder), `scenario` with every problem at its place.
 */
export async function readScenario(file: string, options: ReadScenarioOptions): Promise<Scenario> {
  const text = await readScenarioText(file);
  const overrides = (options.overrides ?? []).map((one) =>
    typeof one === "string" ? parseOverride(one) : one,
  );
  const { scenario, problems } = checkScenario(text, file, { ...options, overrides });
  if (scenario === undefined) throw new DynoError("scenario", formatProblems(problems, text));
  // The configurations of a scenario name the files that it names itself, and those were looked at when it was read.
  const wrong = options.isVariant
    ? []
    : await checkFiles(scenario, text, dirname(file), { ...options, overrides });
  if (wrong.length > 0) throw new DynoError("scenario", formatProblems(wrong, text));
  return scenario;
}

/** The text of a scenario file. Throws a DynoError `usage` where it cannot be read. */
export async function readScenarioText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code !== "ENOENT")
      throw new DynoError("usage", `${file} cannot be read: ${messageOf(cause)}`, { cause });
    const near = await nearestFile(file);
    const hint = near === undefined ? "`dyno scenarios` lists what is there" : `did you mean ${near}?`;
    throw new DynoError("usage", `there is no file ${file}; ${hint}`, { cause });
  }
}

async function nearestFile(file: string): Promise<string | undefined> {
  const folders = [...new Set([dirname(file), "scenarios"])];
  for (const folder of folders) {
    const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(".yaml"));
    const wanted = basename(file).endsWith(".yaml") ? basename(file) : `${basename(file)}.yaml`;
    const near = nearestWord(wanted, names);
    if (near !== undefined) return join(folder, near);
  }
  return undefined;
}
