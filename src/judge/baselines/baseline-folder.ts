import { readdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { DynoError, messageOf } from "../../base/errors.ts";
import { nearestWord } from "../../base/suggest.ts";
import type { Baseline } from "./baseline.ts";
import { fileNamePart, readBaseline } from "./baseline-file.ts";

/** A file in the folder of baselines: what it holds, or why it cannot be used. */
export type ListedBaseline =
  | { readonly file: string; readonly baseline: Baseline; readonly problem?: never }
  | { readonly file: string; readonly problem: string; readonly baseline?: never };

/**
 * The baselines in a folder, by name; `dir` is what messages call it. A file that cannot be used is listed with its
 * problem. Empty where there is no folder.
 */
export async function listBaselines(path: string, dir = path): Promise<readonly ListedBaseline[]> {
  const names = (await namesIn(path, dir)).filter((name) => name.endsWith(".json"));
  return Promise.all(
    names.toSorted().map(async (name): Promise<ListedBaseline> => {
      const file = join(dir, name);
      try {
        return { file, baseline: await readBaseline(join(path, name), file) };
      } catch (error) {
        return { file, problem: messageOf(error) };
      }
    }),
  );
}

/** Those that may be meant by a name: a scenario's, a file's, or a file's without its ending. Throws `usage` where there are none. */
export async function baselinesNamed(
  name: string,
  path: string,
  dir = path,
): Promise<readonly ListedBaseline[]> {
  const all = await listBaselines(path, dir);
  const wanted = basename(name).replace(/\.json$/, "");
  const found = all.filter(
    ({ file, baseline }) =>
      basename(file, ".json") === wanted ||
      scenarioIn(file) === fileNamePart(wanted) ||
      baseline?.scenario.name === name,
  );
  if (found.length > 0) return found;
  const near = nearestWord(wanted, [...new Set(all.map(({ file }) => scenarioIn(file)))]);
  const hint = near === undefined ? "`dyno baseline list` shows what there is" : `did you mean ${near}?`;
  throw new DynoError("usage", `there is no baseline ${name} in ${dir}; ${hint}`);
}

/** Removes the one baseline that a name means, broken or not. Gives its file. Throws `usage` where it may mean several. */
export async function removeBaseline(name: string, path: string, dir = path): Promise<string> {
  const [found, ...others] = await baselinesNamed(name, path, dir);
  if (found === undefined) throw new DynoError("internal", `no baseline was found for ${name}`);
  if (others.length > 0) {
    const files = [found, ...others].map(({ file }) => file).join(", ");
    throw new DynoError("usage", `${name} has ${others.length + 1} baselines; name the file: ${files}`);
  }
  await rm(join(path, basename(found.file)));
  return found.file;
}

/** `steady` of `baselines/steady.1a2b3c4d.json`. */
export function scenarioIn(file: string): string {
  return basename(file, ".json").replace(/\.[0-9a-f]{8}$/, "");
}

async function namesIn(path: string, dir: string): Promise<readonly string[]> {
  try {
    return await readdir(path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw new DynoError("usage", `the folder ${dir} cannot be read: ${messageOf(cause)}`, { cause });
  }
}
