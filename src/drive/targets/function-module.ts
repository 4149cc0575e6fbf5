import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { basename, dirname, extname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { DynoError, messageOf } from "../../base/errors.ts";
import { nearestWord } from "../../base/suggest.ts";
import { importTypeScript } from "./function-typescript.ts";

/** A function of somebody else's, of which nothing is known. */
export type AnyFunction = (...args: readonly unknown[]) => unknown;

/** The exports of a module. Both methods throw a DynoError `setup` where there is no such export. */
export interface LoadedModule {
  /** Any export. */
  read(name: string): unknown;
  /** One that must be a function. */
  readFunction(name: string): AnyFunction;
}

/** Parts `./parse.ts#parse`; without an export, it is the default one. */
export function parseReference(reference: string): { readonly path: string; readonly name: string } {
  const [path = "", name = "default"] = reference.split("#");
  return { path, name };
}

/**
 * Imports a module of the user's; `path` is looked for from `dir`. Rejects with a DynoError `setup`, of one line, where there
 * is no such file or it throws while it is loaded.
 */
export async function loadModule(path: string, dir: string): Promise<LoadedModule> {
  const file = resolve(dir, path);
  const problem = await missingFile(path, dir);
  if (problem !== undefined) throw new DynoError("setup", problem);
  const exports = await importFile(file).catch((cause: unknown) => {
    throw new DynoError("setup", `${path} cannot be loaded: ${firstLines(cause)}`, { cause });
  });
  const read = (name: string): unknown => {
    if (name in exports) return name === "default" ? defaultOf(exports.default) : exports[name];
    throw noSuchExport(path, name, Object.keys(exports).toSorted());
  };
  return {
    read,
    readFunction: (name) => {
      const value = read(name);
      if (typeof value === "function") return value as AnyFunction;
      const what = name === "default" ? "the default export" : `the export ${name}`;
      throw new DynoError("setup", `${what} of ${path} is ${kindOfValue(value)}, and a function is needed`);
    },
  };
}

/** Finds out before a run whether the file of the settings' module is there; whether it can be loaded, only the run tells. */
export async function moduleProblems(
  settings: { readonly module: string },
  dir: string,
): Promise<readonly { readonly path: readonly string[]; readonly message: string }[]> {
  const message = await missingFile(parseReference(settings.module).path, dir);
  return message === undefined ? [] : [{ path: ["module"], message }];
}

async function importFile(file: string): Promise<Readonly<Record<string, unknown>>> {
  const url = pathToFileURL(file).href;
  const loaded: unknown = needsTsx(file) ? await importTypeScript(url) : await import(url);
  return loaded as Readonly<Record<string, unknown>>;
}

/** Node strips types from 22.18 on, or where it is told to; never from .tsx. */
function needsTsx(file: string): boolean {
  const stripsTypes = Boolean((process.features as { readonly typescript?: unknown }).typescript);
  const extension = extname(file);
  return extension === ".tsx" || ([".ts", ".mts", ".cts"].includes(extension) && !stripsTypes);
}

/** What is compiled to CommonJS has its default export within another one. */
function defaultOf(value: unknown): unknown {
  const isWrapped =
    typeof value === "object" && value !== null && "__esModule" in value && "default" in value;
  return isWrapped ? value.default : value;
}

/** What to say where there is no such file, with the nearest name; undefined where there is one. */
async function missingFile(path: string, dir: string): Promise<string | undefined> {
  const file = resolve(dir, path);
  if (existsSync(file)) return undefined;
  const names = await readdir(dirname(file)).catch(() => []);
  const near = nearestWord(basename(file), names);
  const hint = near === undefined ? `it was looked for at ${file}` : `did you mean ${near}?`;
  return `there is no module ${path}; ${hint}`;
}

function noSuchExport(path: string, name: string, known: readonly string[]): DynoError {
  const near = nearestWord(name, known);
  const hint = near === undefined ? "" : ` (did you mean ${near}?)`;
  const list = known.length === 0 ? "nothing" : known.join(", ");
  const what = name === "default" ? "has no default export" : `has no export ${name}`;
  return new DynoError("setup", `${path} ${what}${hint}; it exports ${list}`);
}

function kindOfValue(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** What was thrown, and where: the first place of its stack that is not in Node or a package. */
function firstLines(thrown: unknown): string {
  const lines = (thrown instanceof Error ? (thrown.stack ?? "") : "").split("\n");
  const place = lines.find((line) => /^\s+at .*:\d+/.test(line) && !/node:|node_modules/.test(line));
  const name = thrown instanceof Error ? `${thrown.name}: ` : "";
  const [message = "", next] = messageOf(thrown).split("\n");
  // esbuild says on its second line what is wrong, and where.
  const text = message.endsWith(":") && next !== undefined ? `${message} ${next.trim()}` : message;
  return place === undefined ? `${name}${text}` : `${name}${text} (${place.trim()})`;
}
