/** A JSON text as a value, or why it is none. */
export type ReadJson =
  | { readonly value: unknown; readonly problem?: never }
  | { readonly problem: JsonProblem };

/** Why a text is no JSON, and where; lines and columns from 1. */
export interface JsonProblem {
  readonly message: string;
  /** The text ends before the value does. */
  readonly isTruncated: boolean;
  readonly line: number;
  readonly column: number;
}

/** Reads JSON; says in which line it breaks off or goes wrong. */
export function readJson(text: string): ReadJson {
  const conflict = /^<{7} .*$/m.exec(text);
  if (conflict !== null) {
    const message = "has an unresolved merge conflict";
    return { problem: { message, isTruncated: false, ...placeOf(text, conflict.index) } };
  }
  const [value, error] = parse(text);
  if (error === undefined) return { value };
  const end = text.trimEnd().length;
  if (breaksOff(text.slice(0, end)))
    return { problem: { message: "is truncated", isTruncated: true, ...placeOf(text, end) } };
  const message = `is not JSON (${error.split(/,? \.{3}|, "| in JSON/)[0] ?? error})`;
  return { problem: { message, isTruncated: false, ...placeOf(text, firstWrong(text, end)) } };
}

function parse(text: string): readonly [value: unknown, error?: string] {
  try {
    return [JSON.parse(text) as unknown];
  } catch (error) {
    return [undefined, error instanceof Error ? error.message : String(error)];
  }
}

/** Whether a text could be the beginning of JSON: V8 complains of its end, and of nothing before. */
function breaksOff(text: string): boolean {
  const [, error = ""] = parse(text);
  if (error.includes("Unexpected end") || error.includes("Unterminated")) return true;
  return Number(/at position (\d+)/.exec(error)?.[1] ?? -1) >= text.length;
}

/** Where the first wrong character is: V8 does not always say. Each longer beginning is wrong as well, so halving finds it. */
function firstWrong(text: string, end: number): number {
  let sound = 0;
  let wrong = end;
  while (wrong - sound > 1) {
    const middle = (sound + wrong) >> 1;
    const beginning = text.slice(0, middle);
    if (parse(beginning)[1] === undefined || breaksOff(beginning)) sound = middle;
    else wrong = middle;
  }
  return wrong - 1;
}

function placeOf(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset).split("\n");
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
