import type { Arm } from "../searcher.ts";

/** What was spent of the budget, and what a block will cost by what the others did. */
export interface Ledger {
  spend(cost: number, arms: number, length: number): void;
  /** What was spent, as a share of the budget. */
  share(): number;
  /** As many of the arms, from the first on, as there are means for; none where there are too few for two. */
  affordable(arms: readonly Arm[], length: number): readonly Arm[];
}

/** Makes a ledger. Costs may be in any unit. */
export function createLedger(budget: number): Ledger {
  let spent = 0;
  let lengths = 0;
  return {
    spend: (cost, arms, length) => {
      spent += cost;
      lengths += arms * length;
    },
    share: () => (budget > 0 ? spent / budget : 1),
    affordable: (arms, length) => {
      const left = budget - spent;
      if (left <= 0) return [];
      const each = lengths > 0 ? (spent / lengths) * length : 0;
      // A hair more than what is left is rounding of what blocks cost.
      const most = each > 0 ? Math.floor((left * 1.0001) / each) : arms.length;
      return most >= Math.min(2, arms.length) ? arms.slice(0, most) : [];
    },
  };
}
