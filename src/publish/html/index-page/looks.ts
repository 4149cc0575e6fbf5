import type { EntryKind, EntryOutcome, RunEntry } from "../../../measure/run-entry.ts";
import { comparedLook, type Look, outcomeLooks } from "../icons.ts";
import { capacityLooks, sweepLooks } from "../study/looks.ts";
import { tuneLooks } from "../tune/looks.ts";

const outcomes: Readonly<Record<EntryOutcome, Look>> = {
  ...capacityLooks,
  ...sweepLooks,
  ...tuneLooks,
  ...outcomeLooks,
  compared: comparedLook,
};

/** The look of what an entry came to. */
export function entryLook({ outcome }: Pick<RunEntry, "outcome">): Look {
  return outcomes[outcome];
}

/** All looks that entries can have, in the order in which the filter names them. */
export const entryLooks: readonly Look[] = [
  ...Object.values(outcomeLooks),
  comparedLook,
  tuneLooks.proven,
  tuneLooks.kept,
  capacityLooks.found,
  capacityLooks.at_least,
  capacityLooks.unconfirmed,
  capacityLooks.none,
  sweepLooks.measured,
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
