import { stripVTControlCharacters } from "node:util";
import { formatCount } from "../../base/units.ts";
import type { ErrorCount, TrialResult } from "../../measure/result.ts";

const mostLines = 5;
const longestSample = 160;

/** The errors of the measured phases, the most frequent first, each kind with the first of its messages; of many kinds the first five. */
export function errorLines(trials: readonly TrialResult[]): readonly string[] {
  const kinds = new Map<string, ErrorCount & { readonly phase: string }>();
  const measured = trials.flatMap(({ phases }) => phases.filter(({ kind }) => kind === "measured"));
  for (const { phase, errors } of measured) {
    for (const error of errors) {
      const key = `${phase} ${error.kind}`;
      const known = kinds.get(key) ?? { ...error, phase, count: 0 };
      kinds.set(key, { ...known, count: known.count + error.count });
    }
  }
  const ranked = [...kinds.values()].toSorted((a, b) => b.count - a.count);
  const shown = ranked.slice(0, mostLines).map(describe);
  const rest = ranked.length - shown.length;
  return rest === 0 ? shown : [...shown, `${rest} more kinds of errors are in the report`];
}

function describe({ phase, kind, count, sample }: ErrorCount & { readonly phase: string }): string {
  const [line = ""] = stripVTControlCharacters(sample).split("\n");
  const shown = line.length > longestSample ? `${line.slice(0, longestSample)}...` : line;
  return `${phase}: ${formatCount(count)} ${kind}, the first: ${shown}`;
}
