import { DynoError } from "../../base/errors.ts";
import type { RecordedEntry } from "./journal-text.ts";

/** Throws where what is asked now differs from what is recorded; see `divergence`. */
export function checkSame<T>(file: string, recorded: RecordedEntry, was: T, is: T): void {
  const difference = firstDifference(was, is, []);
  if (difference === undefined) return;
  const name = difference.path.length === 0 ? "it" : difference.path.join(".");
  throw divergence(file, recorded, `${name} was ${textOf(difference.was)}, and is ${textOf(difference.is)}`);
}

/** The DynoError `usage` of a tuning that does not go as it is recorded: the line, and what is other. */
export function divergence(file: string, { entry, line }: RecordedEntry, what: string): DynoError {
  return new DynoError(
    "usage",
    `${file}:${line}: the tuning does not go as it is recorded: of the ${entry.kind}, ${what}; another dyno or Node.js decides otherwise: begin a new journal`,
  );
}

interface Difference {
  readonly path: readonly string[];
  readonly was: unknown;
  readonly is: unknown;
}

/** Of two plain values; a property that is undefined is as one that is absent. */
function firstDifference(was: unknown, is: unknown, path: readonly string[]): Difference | undefined {
  // A file knows one zero.
  if (Object.is(was, is) || (was === 0 && is === 0)) return undefined;
  if (!isStructure(was) || !isStructure(is)) return { path, was, is };
  for (const key of new Set([...Object.keys(was), ...Object.keys(is)])) {
    const difference = firstDifference(was[key], is[key], [...path, key]);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function isStructure(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function textOf(value: unknown): string {
  const text = JSON.stringify(value) ?? "absent";
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}
