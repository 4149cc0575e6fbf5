import { typicalMs } from "../judge/compare/measure-until-known.ts";
import type { MeasuredBlock, MeasuredPair } from "./rig.ts";
import type { Block } from "./search/searcher.ts";

/** What may be spent: milliseconds of measuring, or evaluations of full length. Costs are in the same unit. */
export type Budget =
  | { readonly ms: number; readonly trials?: never }
  | { readonly trials: number; readonly ms?: never };

/** What a pair of a proof counts in evaluations: two configurations, a quarter of the length each. */
const pairTrials = 0.5;

/** How much there is, in the budget's unit. */
export function sizeOf(budget: Budget): number {
  return budget.ms ?? budget.trials;
}

/** What a block cost. */
export function costOfBlock(budget: Budget, { arms, length }: Block, { tookMs }: MeasuredBlock): number {
  return budget.ms === undefined ? arms.length * length : tookMs;
}

/** What a pair of a proof cost. */
export function costOfPair(budget: Budget, { tookMs }: Pick<MeasuredPair, "tookMs">): number {
  return budget.ms === undefined ? pairTrials : tookMs;
}

/** A budget less what was spent of it; not below 0. */
export function budgetLess(budget: Budget, spent: number): Budget {
  const left = Math.max(0, sizeOf(budget) - spent);
  return budget.ms === undefined ? { trials: left } : { ms: left };
}

/**
 * How many pairs a budget is enough for, when these were measured: of them, and those that come. With a budget of time and
 * nothing measured, one.
 */
export function affordablePairs(budget: Budget, measured: readonly Pick<MeasuredPair, "tookMs">[]): number {
  if (budget.ms === undefined) return pairsWithin(budget, measured);
  if (measured.length === 0) return budget.ms > 0 ? 1 : 0;
  const spent = measured.reduce((sum, pair) => sum + costOfPair(budget, pair), 0);
  return measured.length + pairsWithin(budgetLess(budget, spent), measured);
}

/** How many more pairs fit into a budget, where they take as long as those that were measured (of which there is one at least). */
export function pairsWithin(budget: Budget, measured: readonly Pick<MeasuredPair, "tookMs">[]): number {
  return Math.floor(budget.ms === undefined ? budget.trials / pairTrials : budget.ms / typicalMs(measured));
}
