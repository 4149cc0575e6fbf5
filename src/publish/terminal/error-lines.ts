import { stripVTControlCharacters } from "node:util";
import { formatCount } from "../../base/units.ts";
import { type MergedErrors, mergeErrors } from "../../measure/merge-errors.ts";
import type { TrialResult } from "../../measure/result.ts";

const mostLines = 5;
const longestSample = 160;

/** The errors of the measured phases, the most frequent first, each kind with the first of its messages; of many kinds the first five. */
export function errorLines(trials: readonly TrialResult[]): readonly string[] {
  const ranked = mergeErrors(
    trials.flatMap(({ phases }) => phases.filter(({ kind }) => kind === "measured")),
  );
  const shown = ranked.slice(0, mostLines).map(describe);
  const rest = ranked.length - shown.length;
  return rest === 0 ? shown : [...shown, `${rest} more kinds of errors are in the report`];
}

function describe({ phase, kind, count, sample }: MergedErrors): string {
  const [line = ""] = stripVTControlCharacters(sample).split("\n");
  const shown = line.length > longestSample ? `${line.slice(0, longestSample)}...` : line;
  return `${phase}: ${formatCount(count)} ${kind}, the first: ${shown}`;
}
