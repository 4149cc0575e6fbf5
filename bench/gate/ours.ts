import { createAlphaSpending } from "../../src/stats/alpha-spending.ts";
import { attainableSignedRankLevel, hodgesLehmann, walshInterval } from "../../src/stats/signed-rank.ts";

/** What a gate says. */
export type GateVerdict = "pass" | "fail" | "inconclusive";

/** How a gate decides. */
export interface GateRule {
  /** The smallest worsening that matters: 0.05 is 5 %. */
  readonly margin: number;
  /** The chance that a gate of two equal variants fails. */
  readonly alpha: number;
  /** How many pairs the budget has room for. */
  readonly budgetPairs: number;
}

const looks = [8, 12, 18, 27, 40, 60, 90];
const rho = 2;

/** A look at the pairs, and the one-sided level of its test. */
export interface Look {
  readonly pairs: number;
  readonly level: number;
}

/** When the pairs are looked at where there will be `last` of them, and how much of `alpha` each look may spend. */
export function planLooks(last: number, alpha: number): readonly Look[] {
  const spending = createAlphaSpending({ alpha, rho });
  return [...looks.filter((pairs) => pairs < last), last].map((pairs) => ({
    pairs,
    level: spending.next(pairs / last, (asked) => attainableSignedRankLevel(pairs, asked)),
  }));
}

/** Our way: looks at the pairs (logarithms of ratios, worse is above 0) as they come in, until it knows. */
export function oursDecides(pairs: readonly number[], rule: GateRule, plan = planLooks): GateVerdict {
  const last = Math.min(rule.budgetPairs, pairs.length);
  if (last === 0) return "inconclusive";
  for (const { pairs: count, level } of plan(last, rule.alpha)) {
    if (level === 0) continue;
    const verdict = judge(pairs.slice(0, count), level, rule.margin, count === last);
    if (verdict !== undefined) return verdict;
  }
  return "inconclusive";
}

function judge(
  values: readonly number[],
  level: number,
  marginRatio: number,
  isLast: boolean,
): GateVerdict | undefined {
  const interval = walshInterval(values, level);
  if (interval === undefined) return undefined;
  const margin = Math.log1p(marginRatio);
  const [better, worse] = interval;
  if (worse < margin) return "pass";
  const estimate = hodgesLehmann(values);
  const isShown = better > 0 && estimate > (isLast ? margin / 2 : margin);
  return isShown || better > margin / 2 ? "fail" : undefined;
}
