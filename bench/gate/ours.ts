import { decideGate } from "../../src/judge/compare/decide.ts";
import { nextLook, planLooks } from "../../src/judge/compare/looks.ts";
import { gateQuestion, worseMargin } from "../../src/judge/compare/question.ts";
import { hodgesLehmann, walshInterval } from "../../src/stats/signed-rank.ts";

/** What a gate says. */
export type GateVerdict = "pass" | "fail" | "inconclusive";

/** How a gate decides. */
export interface GateRule {
  /** The smallest worsening that matters, as the pairs count: a logarithm of the ratio. */
  readonly margin: number;
  /** The chance that a gate of two equal variants fails. */
  readonly alpha: number;
  /** The chance that a gate passes whose candidate is worse by the margin. */
  readonly beta: number;
  /** How many pairs the budget has room for. */
  readonly budgetPairs: number;
}

/** How many scenarios share the error of the gate that is replayed, as those of dyno's own suite do. */
export const scenariosOfSuite = 2;

/** How `dyno gate` decides on the throughput of one of them, where that is all that it judges beside the error rate. */
export const throughputRule: Omit<GateRule, "budgetPairs"> = ruleOfThroughput();

function ruleOfThroughput(): Omit<GateRule, "budgetPairs"> {
  const question = gateQuestion({}, scenariosOfSuite);
  const { alpha, errorShare, beta } = question;
  const kind = {
    metric: "throughput",
    unit: "per_second",
    higherIsBetter: true,
    scale: "ratio",
  } as const;
  return { margin: worseMargin(question, kind), alpha: alpha * (1 - errorShare), beta };
}

/** A look at the pairs, and the one-sided levels of the interval's ends. */
export interface Look {
  readonly pairs: number;
  readonly failLevel: number;
  readonly passLevel: number;
}

const firstLook = 6;

/** When a gate looks at its pairs where there will be `last` of them, and with which levels: as `dyno gate` does. */
export function planGate(last: number, { alpha, beta }: Pick<GateRule, "alpha" | "beta">): readonly Look[] {
  const fail = planLooks(alpha, 1);
  const pass = planLooks(beta, 1);
  const counts: number[] = [];
  for (let pairs = firstLook; pairs < last; pairs = nextLook(pairs)) counts.push(pairs);
  return [...counts, last].map((pairs) => ({
    pairs,
    failLevel: fail.next(pairs, pairs / last)[0] ?? 0,
    passLevel: pass.next(pairs, pairs / last)[0] ?? 0,
  }));
}

/** Our way: looks at the pairs (logarithms of ratios, worse is above 0) as they come in, until it knows. */
export function oursDecides(pairs: readonly number[], rule: GateRule, plan = planGate): GateVerdict {
  const last = Math.min(rule.budgetPairs, pairs.length);
  if (last === 0) return "inconclusive";
  for (const look of plan(last, rule)) {
    const verdict = judge(pairs.slice(0, look.pairs), look, rule.margin, look.pairs === last);
    if (verdict !== "inconclusive") return verdict;
  }
  return "inconclusive";
}

function judge(values: readonly number[], look: Look, margin: number, isLast: boolean): GateVerdict {
  const bounds = {
    estimate: hodgesLehmann(values),
    low: walshInterval(values, look.failLevel)?.[0] ?? Number.NEGATIVE_INFINITY,
    high: walshInterval(values, look.passLevel)?.[1] ?? Number.POSITIVE_INFINITY,
  };
  return decideGate(bounds, margin, isLast);
}
