import { createAlphaSpending } from "../../stats/alpha-spending.ts";
import { attainableSignedRankLevel } from "../../stats/signed-rank.ts";

/** One-sided levels for the tests of one look. */
export interface Looks {
  /**
   * The levels at a look of so many pairs, at this share of the planned ones (0 to 1; 1 is the last look). The level at
   * `index` is for a metric while `index` others are still to be decided beside it (Holm).
   */
  next(pairs: number, fraction: number): readonly number[];
}

/** A look at every pair would be as right and slower; each costs an integration. */
const growth = 1.15;
/** Spends evenly: a large change is to be found soon. */
const rho = 1;

/**
 * The looks of a sequential test of `count` metrics with a total error of `alpha`: each is tested at alpha / count by a
 * group-sequential boundary, and those that are decided leave their share to the others (Holm's procedure at each look,
 * as Maurer and Bretz, Statistics in Biopharmaceutical Research 2013, show it to be right).
 */
export function planLooks(alpha: number, count: number, isPaired = true): Looks {
  const spendings = Array.from({ length: count }, (_, others) =>
    createAlphaSpending({ alpha: alpha / (others + 1), rho }),
  );
  return {
    next: (pairs, fraction) =>
      spendings.map((spending) =>
        // Signed ranks of few pairs reach few levels; rank sums beside a recorded base reach nearly all.
        spending.next(
          fraction,
          (level) => (isPaired ? attainableSignedRankLevel(pairs, level) : level),
          pairs,
        ),
      ),
  };
}

/** How many pairs there must be before the next look. */
export function nextLook(pairs: number): number {
  return Math.max(pairs + 1, Math.ceil(pairs * growth));
}
