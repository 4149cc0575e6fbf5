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

/** Our way: looks at the pairs (logarithms of ratios, worse is above 0) as they come in, until it knows. */
export function oursDecides(pairs: readonly number[], rule: GateRule): GateVerdict {
  const spending = createAlphaSpending({ alpha: rule.alpha, rho });
  const last = Math.min(rule.budgetPairs, pairs.length);
  for (const look of [...looks.filter((count) => count < last), last]) {
    const level = spending.next(look / last, (asked) => attainableSignedRankLevel(look, asked));
    const verdict = level > 0 ? judge(pairs.slice(0, look), level, rule.margin, look === last) : undefined;
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
