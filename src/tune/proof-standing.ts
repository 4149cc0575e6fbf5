import type { ProofTarget, ShareEstimate } from "../measure/tuning.ts";
import { conditionalPower } from "../stats/conditional-power.ts";
import { hodgesLehmann, signedRankTail, walshInterval } from "../stats/signed-rank.ts";

/** How a target stands: shown to be met, shown to be missed, or neither. */
export interface TargetStanding {
  readonly outcome: ProofTarget["outcome"];
  /** How far it is typically missed, as ln of a ratio. */
  readonly miss: number;
}

/**
 * The candidate's share of the base's objective by the gains of pairs, each end at a one-sided level. Where there are too
 * few for that, the ends are the extremes of the pairs, and the upper one is 1 at least. 1 between 0 and 1 without pairs.
 */
export function shareOf(gains: readonly number[], level: number): ShareEstimate {
  if (gains.length === 0) return { estimate: 1, low: 0, high: 1 };
  const shares = { estimate: Math.exp(-hodgesLehmann(gains)) };
  const interval = walshInterval(gains, level);
  if (interval === undefined) {
    return {
      ...shares,
      low: Math.exp(-Math.max(...gains)),
      high: Math.max(1, Math.exp(-Math.min(...gains))),
    };
  }
  return { ...shares, low: Math.exp(-interval[1]), high: Math.exp(-interval[0]) };
}

/** How a target stands by the misses of pairs, at a one-sided level. One that is exactly at its limit is met. */
export function standingOf(misses: readonly number[], level: number): TargetStanding {
  if (misses.length === 0) return { outcome: "unknown", miss: 0 };
  const miss = hodgesLehmann(misses);
  const interval = walshInterval(misses, level);
  if (interval === undefined) return { outcome: "unknown", miss };
  const [low, high] = interval;
  return { outcome: high <= 0 ? "met" : low > 0 ? "missed" : "unknown", miss };
}

/**
 * How an error rate stands. Errors that come in bursts leave the typical pair clean, and break a target all the same: so
 * the mean over the pairs must meet it too.
 */
export function rateStandingOf(misses: readonly number[], level: number): TargetStanding {
  const typical = standingOf(misses, level);
  const mean = misses.reduce((sum, miss) => sum + Math.exp(miss), 0) / misses.length;
  return typical.outcome === "met" && mean > 1 ? { ...typical, outcome: "unknown" } : typical;
}

/** The chance below which a proof is given up, though the truth were one standard error better than it looks. */
const hopeless = 0.1;

/** Whether values are unlikely to be shown to lie above 0 by the end, of which `fraction` is over. */
export function hasFailedToShow(values: readonly number[], fraction: number, alpha: number): boolean {
  return conditionalPower({ p: signedRankTail(values, 0).above, fraction, alpha }, 1) < hopeless;
}
