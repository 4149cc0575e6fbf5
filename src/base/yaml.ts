import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
} from "yaml";
import { interpolate } from "./interpolate.ts";

/** A place in a file, counted from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
  /** How many characters to underline. */
  readonly length: number;
}

/** Something wrong in a file, and where. */
export interface Problem {
  readonly file: string;
  readonly place: Place;
  /** The path inside the document, such as `load.1.rate`; empty for the whole. */
  readonly path: string;
  readonly message: string;
  /** What would mend it, such as `did you mean rate?` */
  readonly hint?: string;
}

/** A part of a document: keys and indexes from the root. */
export type Path = readonly (string | number)[];

/** A YAML document that knows where its parts stand. */
export interface YamlFile {
  readonly file: string;
  readonly text: string;
  /** The document as plain values, environment variables filled in. */
  readonly value: unknown;
  /** Syntax errors, duplicate keys, missing variables. Where there are any, `value` is not to be used. */
  readonly problems: readonly Problem[];
  /** Values that came from variables whose names tell that they are secret. */
  readonly secrets: readonly string[];
  /** Where a part stands; its key where `part` is `key`. For what is missing, the nearest parent. */
  locate(path: Path, part?: "key" | "value"): Place;
  /** Where a character of a text value stands. */
  locateInText(path: Path, offset: number, length: number): Place;
}

/**
 * Reads YAML. In text values `${NAME}`, `${NAME:-default}` and `${NAME:?message}` are filled in from `env` after
 * parsing, so a variable cannot change the structure; `$${` is a plain `${`. A value that is one variable alone takes
 * the type that YAML would give its text.
 */
export function readYaml(
  file: string,
  text: string,
  env: Readonly<Record<string, string | undefined>>,
): YamlFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const placeAt = (offset: number, length: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col, length: Math.max(1, length) };
  };
  const problem = (offset: number, length: number, message: string): Problem => ({
    file,
    place: placeAt(offset, length),
    path: "",
    message,
  });
  const problems = [...document.errors, ...document.warnings].map((error) =>
    problem(error.pos[0], Math.min(40, error.pos[1] - error.pos[0]), error.message),
  );
  const secrets: string[] = [];
  fillIn(document, env, secrets, (node, message) => {
    const [start, end] = node.range ?? [0, 0, 0];
    problems.push(problem(start, end - start, message));
  });
  let value: unknown;
  try {
    value = problems.length === 0 ? document.toJS({ maxAliasCount: 100 }) : undefined;
  } catch (error) {
    problems.push(problem(0, 1, error instanceof Error ? error.message : String(error)));
  }
  const rangeOf = (path: Path, part: "key" | "value"): readonly [number, number] =>
    nodeRange(document, path, part);
  return {
    file,
    text,
    value,
    problems,
    secrets,
    locate: (path, part = "value") => {
      const [start, end] = rangeOf(path, part);
      const firstLine = text.slice(start, end).split("\n")[0]?.trimEnd() ?? "";
      return placeAt(start, firstLine.length);
    },
    locateInText: (path, offset, length) => {
      const [start] = rangeOf(path, "value");
      const quoted = text[start] === '"' || text[start] === "'" ? 1 : 0;
      return placeAt(start + quoted + offset, length);
    },
  };
}

function fillIn(
  document: Document,
  env: Readonly<Record<string, string | undefined>>,
  secrets: string[],
  report: (node: Node, message: string) => void,
): void {
  visit(document, {
    Scalar: (key, node) => {
      if (key === "key" || typeof node.value !== "string" || !node.value.includes("$")) return;
      const filled = interpolate(node.value, env);
      if (filled.problem !== undefined) report(node, filled.problem);
      secrets.push(...filled.secrets);
      if (filled.text === node.value) return;
      node.value = filled.isWholeValue ? typed(filled.text) : filled.text;
    },
  });
}

function typed(text: string): unknown {
  const value: unknown = parseDocument(text).toJS();
  return typeof value === "number" || typeof value === "boolean" ? value : text;
}

function nodeRange(document: Document, path: Path, part: "key" | "value"): readonly [number, number] {
  let node: unknown = document.contents;
  let range: readonly [number, number] = [0, 0];
  const enter = (next: unknown): void => {
    node = isAlias(next) ? next.resolve(document) : next;
    const found = (next as Node | undefined)?.range;
    if (found) range = [found[0], found[1]];
  };
  enter(node);
  for (const [depth, step] of path.entries()) {
    const isLast = depth === path.length - 1;
    if (isMap(node)) {
      const pair = node.items.find(
        (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(step),
      );
      if (pair === undefined) break;
      enter(isLast && part === "key" ? pair.key : (pair.value ?? pair.key));
    } else if (isSeq(node) && node.items[Number(step)] !== undefined) {
      enter(node.items[Number(step)]);
    } else break;
  }
  return range;
}

/** Problems in the order of their places. */
export function sortProblems(problems: readonly Problem[]): Problem[] {
  return problems.toSorted((a, b) => a.place.line - b.place.line || a.place.column - b.place.column);
}

/** A problem as compilers print it: file:line:column, the line itself, and a mark below. */
export function formatProblem(problem: Problem, text: string): string {
  const { line, column, length } = problem.place;
  const path = problem.path === "" ? "" : `${problem.path}: `;
  const source = text.split("\n")[line - 1] ?? "";
  const hint = problem.hint === undefined ? "" : `; ${problem.hint}`;
  const underline = "^".repeat(Math.max(1, Math.min(length, source.length - column + 1)));
  return [
    `${problem.file}:${line}:${column}: error: ${path}${problem.message}${hint}`,
    `${String(line).padStart(5)} | ${source}`,
    `${" ".repeat(5)} | ${" ".repeat(column - 1)}${underline}`,
  ].join("\n");
}
