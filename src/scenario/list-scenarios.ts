import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { DynoError, messageOf } from "../base/errors.ts";

/** The scenario files of a folder, sorted by name. Throws a DynoError `usage` where there is no such folder. */
export async function listScenarioFiles(dir: string): Promise<string[]> {
  try {
    const names = (await readdir(dir)).filter((name) => /\.ya?ml$/.test(name));
    return names.toSorted().map((name) => join(dir, name));
  } catch (cause) {
    throw new DynoError("usage", `the folder ${dir} cannot be read: ${messageOf(cause)}`, { cause });
  }
}
