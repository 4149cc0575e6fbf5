import { resolve } from "node:path";
import { messageOf } from "../../base/errors.ts";
import { readRows, readText } from "../http/read-rows.ts";
import { compileTemplate } from "../http/template.ts";
import { requestProblems, type SettingProblem } from "./http-places.ts";
import type { HttpSettings } from "./http-settings.ts";

/** Finds files of the settings that are missing or wrong, and places for columns that no file has. */
export async function httpFileProblems(
  settings: HttpSettings,
  dir: string,
): Promise<readonly SettingProblem[]> {
  const problems: SettingProblem[] = [];
  const attempt = async <Result>(path: SettingProblem["path"], read: () => Promise<Result>) => {
    try {
      return await read();
    } catch (error) {
      problems.push({ path, message: messageOf(error) });
      return undefined;
    }
  };
  const columns: Record<string, readonly string[] | undefined> = {};
  for (const [name, file] of Object.entries(settings.data)) {
    const read = await attempt(["data", name], () => readRows(resolve(dir, file), file));
    columns[name] = read?.columns;
  }
  for (const { path, file, hasPlaces } of textFiles(settings)) {
    const text = await attempt(path, () => readText(resolve(dir, file), file));
    const compiled = hasPlaces && text !== undefined ? compileTemplate(text, columns) : {};
    if ("message" in compiled) problems.push({ path, message: `${file}: ${compiled.message}` });
  }
  return [...problems, ...requestProblems(settings, columns)];
}

function textFiles({ bodyFile, tls, requests = [] }: HttpSettings) {
  const bodies = requests.map((request, i) => ({
    path: ["requests", i, "bodyFile"],
    file: request.bodyFile,
    hasPlaces: true,
  }));
  const named = [
    { path: ["bodyFile"], file: bodyFile, hasPlaces: true },
    { path: ["tls", "ca"], file: tls.ca, hasPlaces: false },
    ...bodies,
  ];
  return named.flatMap(({ file, ...rest }) => (file === undefined ? [] : [{ ...rest, file }]));
}
