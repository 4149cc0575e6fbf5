import type { CapacityLevel, CapacityOutcome } from "../../../measure/capacity.ts";
import type { SweepOutcome } from "../../../measure/sweep.ts";
import { type Look, outcomeLooks } from "../icons.ts";

/** The look of what a search for the highest rate came to. */
export const capacityLooks: Readonly<Record<CapacityOutcome, Look>> = {
  found: { ...outcomeLooks.pass, word: "Found" },
  at_least: { ...outcomeLooks.inconclusive, word: "At least" },
  unconfirmed: { ...outcomeLooks.inconclusive, word: "Unconfirmed" },
  none: { ...outcomeLooks.fail, word: "None holds" },
  fail: outcomeLooks.fail,
  setup_failed: outcomeLooks.setup_failed,
  interrupted: outcomeLooks.interrupted,
};

/** The look of what a sweep came to. */
export const sweepLooks: Readonly<Record<SweepOutcome, Look>> = {
  measured: { ...outcomeLooks.pass, word: "Measured" },
  fail: outcomeLooks.fail,
  invalid: outcomeLooks.invalid,
  setup_failed: outcomeLooks.setup_failed,
  interrupted: outcomeLooks.interrupted,
};

/** The look of what one rate came to. */
export const levelLooks: Readonly<Record<CapacityLevel["outcome"], Look>> = {
  met: { ...outcomeLooks.pass, word: "Met" },
  broken: { ...outcomeLooks.fail, word: "Too much" },
  generator: { ...outcomeLooks.inconclusive, word: "Generator" },
};
