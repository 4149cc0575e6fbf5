import { compileTemplate, type DataColumns, type Escape } from "../http/template.ts";

/** Something of the settings that no schema of one of them can see. */
export interface SettingProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** The texts of a request, as the settings have them. */
interface RequestInput {
  readonly path?: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly bodyFile?: string | undefined;
  readonly json?: unknown;
  readonly method: string;
}

interface SettingsInput extends RequestInput {
  readonly url: string;
  readonly requests?: readonly RequestInput[] | undefined;
}

/** What is filled in stands as it must where it stands: in a path, a header or a text of JSON. */
export const escapes: Readonly<Record<"path" | "header" | "json", Escape>> = {
  path: encodeURIComponent,
  header: (value) => value.replaceAll(/[\r\n]+/g, " "),
  json: (value) => JSON.stringify(value).slice(1, -1),
};

/** The origin and the path of a URL; the origin is empty where it is a path alone. */
export function splitUrl(url: string): { readonly origin: string; readonly path: string } {
  const [, origin = "", path = ""] = /^(https?:\/\/[^/?]+)?(.*)$/s.exec(url) ?? [];
  return { origin, path: path.startsWith("/") ? path : `/${path}` };
}

/**
 * Finds the places that mean nothing, bodies given twice, and what belongs into one of several requests. `columns` are those
 * of the data that the settings name.
 */
export function requestProblems(settings: SettingsInput, columns: DataColumns): readonly SettingProblem[] {
  const url = textProblems(["url"], splitUrl(settings.url).path, columns, isPathText);
  const common = headerProblems(["headers"], settings.headers, columns);
  if (settings.requests === undefined) return [...url, ...common, ...bodyProblems([], settings, columns)];
  const stray = (["body", "bodyFile", "json"] as const).filter((key) => settings[key] !== undefined);
  return [
    ...url,
    ...common,
    ...stray.map((key) => ({
      path: [key],
      message: "belongs into one of the requests, where there are some",
    })),
    ...(settings.method === "GET"
      ? []
      : [{ path: ["method"], message: "belongs into one of the requests, where there are some" }]),
    ...settings.requests.flatMap((request, i) => [
      ...textProblems(["requests", i, "path"], request.path ?? "/", columns, isPathText),
      ...headerProblems(["requests", i, "headers"], request.headers, columns),
      ...bodyProblems(["requests", i], request, columns),
    ]),
  ];
}

type Path = SettingProblem["path"];

function headerProblems(
  path: Path,
  headers: RequestInput["headers"],
  columns: DataColumns,
): SettingProblem[] {
  return Object.entries(headers).flatMap(([name, value]) => {
    const wrong = wrongHeaderName(name);
    if (wrong !== undefined) return [{ path: [...path, name], message: wrong }];
    return textProblems([...path, name], value, columns, isHeaderText);
  });
}

/** What dyno itself writes: a second one would tear the request. */
const ownHeaders = ["content-length", "transfer-encoding"];

function wrongHeaderName(name: string): string | undefined {
  // A token of RFC 9110, section 5.6.2.
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) return `${JSON.stringify(name)} is no name of a header`;
  return ownHeaders.includes(name.toLowerCase())
    ? `${name} is written by dyno itself; take it out`
    : undefined;
}

function bodyProblems(path: Path, request: RequestInput, columns: DataColumns): SettingProblem[] {
  const given = (["body", "bodyFile", "json"] as const).filter((key) => request[key] !== undefined);
  const [first, second] = given;
  if (first !== undefined && second !== undefined) {
    return [{ path: [...path, second], message: `is a second body, besides ${first}; take one of them out` }];
  }
  if (first === undefined || first === "bodyFile") return [];
  const text = first === "json" ? JSON.stringify(request.json) : (request.body ?? "");
  return textProblems([...path, first], text, columns, () => undefined);
}

function textProblems(
  path: Path,
  text: string,
  columns: DataColumns,
  wrongWith: (outsideOfPlaces: string) => string | undefined,
): SettingProblem[] {
  const compiled = compileTemplate(text, columns);
  if ("message" in compiled) return [{ path, message: compiled.message }];
  const wrong = wrongWith(text.replaceAll(/\{\{[^{}]*\}\}/g, ""));
  return wrong === undefined ? [] : [{ path, message: wrong }];
}

function isPathText(text: string): string | undefined {
  const [character] = /[^!-~]/u.exec(text) ?? [];
  return character === undefined
    ? undefined
    : `${JSON.stringify(character)} cannot stand in a path; write it as ${encodeURIComponent(character)}`;
}

function isHeaderText(text: string): string | undefined {
  return /[^\t -~]/.test(text) ? "a header has printable ASCII characters alone" : undefined;
}
