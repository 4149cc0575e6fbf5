import type { EntryKind, RunEntry } from "../../../measure/run-entry.ts";
import { comparedLook, type Look, outcomeLooks } from "../icons.ts";
import { tuneLooks } from "../tune/looks.ts";

/** The look of what an entry came to. */
export function entryLook({ outcome }: Pick<RunEntry, "outcome">): Look {
  if (outcome === "compared") return comparedLook;
  return outcome === "proven" || outcome === "kept" ? tuneLooks[outcome] : outcomeLooks[outcome];
}

/** All looks that entries can have, in the order in which the filter names them. */
export const entryLooks: readonly Look[] = [
  ...Object.values(outcomeLooks),
  comparedLook,
  tuneLooks.proven,
  tuneLooks.kept,
];

/** What the kinds are called. */
export const kindNames: Readonly<Record<EntryKind, string>> = {
  run: "Run",
  ab: "A/B",
  gate: "Gate",
  tune: "Tuning",
  capacity: "Capacity",
  sweep: "Sweep",
  matrix: "Matrix",
};
