import type { TuningRun, Worth } from "./tuning-run.ts";

/** What many tunings came to. Shares of runs, unless said otherwise. */
export interface Tally {
  readonly runs: number;
  readonly searched: WorthTally;
  readonly chosen: WorthTally;
  readonly keptDefault: number;
  /** The searcher's own arithmetic in one run: the median. */
  readonly optimizerMs: number;
}

/** What many recommendations were worth. */
export interface WorthTally {
  /** Of what can be gained, where anything can: the median and the 10th percentile. */
  readonly median: number;
  readonly tenth: number;
  /** A target is missed. */
  readonly infeasible: number;
  /** A gain of 15 % or more is claimed, and it is less. */
  readonly falseClaims: number;
  /** More is claimed than there is, by any amount. */
  readonly overclaims: number;
}

/** A gain that is worth a claim. */
export const claimedGain = 0.15;

/** Counts tunings up. */
export function tallyOf(runs: readonly TuningRun[]): Tally {
  return {
    runs: runs.length,
    searched: worthTallyOf(runs.map(({ searched }) => searched)),
    chosen: worthTallyOf(runs.map(({ chosen }) => chosen)),
    keptDefault: shareOf(runs, ({ isProven }) => !isProven),
    optimizerMs: quantileOf(
      runs.map(({ optimizerMs }) => optimizerMs),
      0.5,
    ),
  };
}

function worthTallyOf(worths: readonly Worth[]): WorthTally {
  const reached = worths.flatMap((worth) => worth.reached ?? []);
  return {
    median: quantileOf(reached, 0.5),
    tenth: quantileOf(reached, 0.1),
    infeasible: shareOf(worths, ({ isFeasible }) => !isFeasible),
    falseClaims: shareOf(worths, ({ claimed, gain }) => claimed >= claimedGain && gain < claimedGain),
    // The default claims nothing and gains nothing.
    overclaims: shareOf(worths, ({ claimed, gain }) => claimed > Math.max(0, gain)),
  };
}

function shareOf<Item>(items: readonly Item[], holds: (item: Item) => boolean): number {
  return items.filter(holds).length / items.length;
}

/** The value that so large a share is not above; of the median, the lower one of the two in the middle. */
function quantileOf(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
