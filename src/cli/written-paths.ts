import { relative } from "node:path";

/** The files of a report that were written, by what a summary calls them, as paths from `cwd`; one that failed is absent. */
export function writtenPaths<Name extends string>(
  files: readonly string[],
  endings: Readonly<Record<Name, string>>,
  cwd: string,
): Partial<Record<Name, string>> {
  const paths: Partial<Record<Name, string>> = {};
  for (const name of Object.keys(endings) as Name[]) {
    const file = files.find((path) => path.endsWith(endings[name]));
    if (file !== undefined) paths[name] = relative(cwd, file);
  }
  return paths;
}
