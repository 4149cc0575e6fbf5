import type { ProofOutcome, ProofTarget, TuneOutcome } from "../../../measure/tuning.ts";
import { type Look, metricLooks, outcomeLooks } from "../icons.ts";

/** The look of what a tuning came to. */
export const tuneLooks: Readonly<Record<TuneOutcome, Look>> = {
  proven: { ...outcomeLooks.pass, word: "Proven" },
  kept: { ...metricLooks.same, word: "Default kept" },
  invalid: outcomeLooks.invalid,
  setup_failed: outcomeLooks.setup_failed,
  interrupted: outcomeLooks.interrupted,
};

/** The look of what the proof of a candidate came to. */
export const proofLooks: Readonly<Record<ProofOutcome, Look>> = {
  proven: tuneLooks.proven,
  not_better: { ...metricLooks.inconclusive, word: "Not proven" },
  target_missed: { ...outcomeLooks.fail, word: "Target not met" },
  failed: { ...outcomeLooks.fail, word: "Did not work" },
  interrupted: outcomeLooks.interrupted,
};

/** The look of how a target fared in a proof. */
export const targetLooks: Readonly<Record<ProofTarget["outcome"] | "untested", Look>> = {
  met: { ...outcomeLooks.pass, word: "Met" },
  missed: { ...outcomeLooks.fail, word: "Missed" },
  unknown: { ...outcomeLooks.inconclusive, word: "Not shown" },
  untested: { ...outcomeLooks.interrupted, word: "Not tested" },
};
