import { DynoError } from "../base/errors.ts";
import { deriveSeed } from "../base/random.ts";
import { nextLook, planLooks } from "../judge/compare/looks.ts";
import type { ProofOutcome, ShareEstimate } from "../measure/tuning.ts";
import type { Config } from "../scenario/tuning.ts";
import { leastPairs } from "../stats/power.ts";
import { affordablePairs, type Budget } from "./budget.ts";
import {
  hasFailedToShow,
  rateStandingOf,
  shareOf,
  standingOf,
  type TargetStanding,
} from "./proof-standing.ts";
import type { MeasuredPair, Rig } from "./rig.ts";

/** What is to be proven: that the candidate's objective is smaller than the base's, and that it meets the targets. */
export interface ProofOrder {
  /** Which proof of this tuning, from 0: each has seeds of its own. */
  readonly proof: number;
  readonly base: Config;
  readonly candidate: Config;
  /** How many targets there are. */
  readonly targets: number;
  /** Those of them, by index, that are error rates. */
  readonly rates?: readonly number[];
  /** The tuning's. */
  readonly seed: number;
  /** The chance to claim what is not so, over all looks: one-sided, of the gain and of each target. */
  readonly alpha: number;
  readonly budget: Budget;
}

/** Where a proof stands, or ended. */
export interface ProofLook {
  readonly pairs: number;
  /** The share of the pairs that the budget is enough for; 1 at the last look. */
  readonly fraction: number;
  /** The one-sided level of its ends; 0 where there are too few pairs for any. */
  readonly level: number;
  /**
   * The candidate's objective as a share of the base's. Both ends hold over all looks together. Where there are too few
   * pairs for that, they are the extremes of the pairs, and `high` is 1 at least: nothing is shown.
   */
  readonly share: ShareEstimate;
  readonly targets: readonly TargetStanding[];
}

/** What a proof came to. */
export interface Proof {
  readonly order: ProofOrder;
  readonly outcome: ProofOutcome;
  readonly stoppedBy: "decided" | "budget" | "interrupted" | "failure";
  /** With the pair in which the candidate did not work, where there is one. */
  readonly pairs: readonly MeasuredPair[];
  readonly looks: readonly ProofLook[];
  /** Of the last look; before the first one, of the pairs so far. */
  readonly final: ProofLook;
}

/** So much of the estimate must be shown before more pairs would add little to the claim. */
const worthClaiming = 0.8;
/** And so many pairs, if the budget has them: the other metrics of the same pairs are to be told of as well. */
const worthTelling = 16;

/**
 * Measures a candidate against the base, in pairs on seeds that the search has not seen, until the claim is worth making
 * or cannot be expected any more, or the budget is used up. The gain of a pair is ln(base / candidate); where its centre
 * lies is shown by Wilcoxon's signed ranks, which are exact: exchanging the two would turn the sign of a gain that is noise
 * alone. Looks share `alpha` as those of a comparison do. Targets are judged on the same pairs in the same way.
 *
 * What it decides depends on what was measured alone. `onPair` hears of every pair; `plan` gives the levels of the looks.
 */
export async function prove(
  order: ProofOrder,
  rig: Pick<Rig, "prove">,
  onPair: (standing: ProofLook, pair: MeasuredPair) => void = () => {},
  plan: typeof planLooks = planLooks,
): Promise<Proof> {
  const { alpha, budget } = order;
  const levels = plan(alpha, 1);
  const pairs: MeasuredPair[] = [];
  const looks: ProofLook[] = [];
  let lookAt = leastPairs(alpha);
  const end = (stoppedBy: Proof["stoppedBy"], outcome: (final: ProofLook) => ProofOutcome): Proof => {
    const final = looks.at(-1) ?? lookOf(order, pairs, 0);
    return { order, outcome: outcome(final), stoppedBy, pairs, looks, final };
  };
  while (pairs.length < affordablePairs(budget, pairs)) {
    const pair = await measurePair(order, pairs.length, rig);
    if (pair === undefined) return end("interrupted", () => "interrupted");
    pairs.push(pair);
    if (pair.gain === undefined) return end("failure", () => "failed");
    const count = pairs.length;
    const planned = affordablePairs(budget, pairs);
    const isLast = count >= planned;
    if (isLast || count >= lookAt) {
      const fraction = isLast ? 1 : count / planned;
      looks.push(lookOf(order, pairs, fraction, levels.next(count, fraction)[0]));
      lookAt = nextLook(count);
    }
    const look = looks.at(-1);
    onPair({ ...(look ?? lookOf(order, pairs, 0)), pairs: count }, pair);
    const decided = look?.pairs === count && !isLast ? decide(order, pairs, look) : undefined;
    if (decided !== undefined) return end("decided", () => decided);
  }
  return end("budget", outcomeAtEnd);
}

/** The seeds of proofs are drawn apart from those of blocks. Undefined where measuring was interrupted. */
async function measurePair(
  { proof, base, candidate, seed }: ProofOrder,
  pair: number,
  rig: Pick<Rig, "prove">,
): Promise<MeasuredPair | undefined> {
  try {
    const pairSeed = deriveSeed(seed, `proof ${proof} pair ${pair}`);
    return await rig.prove({ proof, pair, seed: pairSeed, base, candidate });
  } catch (error) {
    if (error instanceof DynoError && error.code === "aborted") return undefined;
    throw error;
  }
}

/** How things stand after some pairs, at a one-sided level; at none, nothing is shown. */
function lookOf(
  { targets, rates = [] }: ProofOrder,
  pairs: readonly MeasuredPair[],
  fraction: number,
  level = 0,
): ProofLook {
  return {
    pairs: pairs.length,
    fraction,
    level,
    share: shareOf(gainsOf(pairs), level),
    targets: Array.from({ length: targets }, (_, i) =>
      (rates.includes(i) ? rateStandingOf : standingOf)(missesOf(pairs, i), level),
    ),
  };
}

function gainsOf(pairs: readonly MeasuredPair[]): number[] {
  return pairs.flatMap(({ gain }) => gain ?? []);
}

function missesOf(pairs: readonly MeasuredPair[], target: number): number[] {
  return pairs.flatMap(({ misses }) => misses[target] ?? []);
}

/** What the proof comes to where more pairs would not change it, or most probably not show what is missing. */
function decide(
  { alpha }: ProofOrder,
  pairs: readonly MeasuredPair[],
  look: ProofLook,
): ProofOutcome | undefined {
  const { fraction, level, share, targets } = look;
  if (targets.some(({ outcome }) => outcome === "missed")) return "target_missed";
  const isShown = share.high < 1;
  if (!isShown && hasFailedToShow(gainsOf(pairs), fraction, alpha)) return "not_better";
  const open = targets.flatMap(({ outcome }, i) => (outcome === "unknown" ? [i] : []));
  // Given up only where it could have been shown to be missed: that says more.
  const isHopeless =
    level > 0 &&
    open.some((i) => {
      const misses = missesOf(pairs, i);
      // A miss of 0 is met, and says nothing against the target.
      return (
        misses.some((miss) => miss > 0) &&
        hasFailedToShow(
          misses.map((miss) => -miss),
          fraction,
          alpha,
        )
      );
    });
  if (isHopeless) return "target_missed";
  if (!isShown || open.length > 0 || pairs.length < worthTelling) return undefined;
  return Math.log(share.high) <= worthClaiming * Math.log(share.estimate) ? "proven" : undefined;
}

/** What the proof comes to where there can be no more pairs. */
function outcomeAtEnd({ share, targets }: ProofLook): ProofOutcome {
  if (targets.some(({ outcome }) => outcome === "missed")) return "target_missed";
  if (share.high >= 1) return "not_better";
  return targets.every(({ outcome }) => outcome === "met") ? "proven" : "target_missed";
}
