import { armTrials } from "../judge/compare/arm-trials.ts";
import { readMetric } from "../judge/measured-metric.ts";
import { isWithin } from "../judge/targets.ts";
import type { ArmFigures } from "../measure/pair.ts";
import type { TargetRule } from "../scenario/scenario.ts";

/** How far one arm missed each rule, or the first rule whose metric has no value. */
export type Misses =
  | { readonly misses: readonly number[]; readonly missing?: never }
  | { readonly misses?: never; readonly missing: TargetRule };

/** Holds one arm against each rule, its metrics read as those of a run are judged; see `missOf`. */
export function readMisses(rules: readonly TargetRule[], figures: ArmFigures): Misses {
  const trials = armTrials([figures]);
  const misses: number[] = [];
  for (const rule of rules) {
    const { value } = readMetric(rule, trials);
    if (value === undefined) return { missing: rule };
    misses.push(missOf(rule, value));
  }
  return { misses };
}

/** Farther apart than a factor of 22,000 is all the same, and a number in any case. */
const farthest = 10;
/** What a rule is missed by at least. */
const justMissed = 1e-9;
/** Of an error rate whose limit is 0: what a rate is held against. */
const leastErrorRate = 1e-4;

/**
 * How far a value misses a rule, as ln of a ratio: above 0 is missed, -0.1 is about 10 % to spare; from -10 to 10. Shares of
 * errors, which are often 0, are compared with a tenth of the limit added to both.
 */
export function missOf(rule: TargetRule, value: number): number {
  const { metric, op, limit } = rule;
  const spare = metric.kind === "error_rate" ? 0.1 * Math.max(limit, leastErrorRate) : 0;
  const above = value === limit ? 0 : Math.log((value + spare) / (limit + spare));
  const miss = op === "==" ? Math.abs(above) : op === "<" || op === "<=" ? above : -above;
  const near = Math.max(-farthest, Math.min(farthest, miss));
  return isWithin(rule, value) ? Math.min(0, near) : Math.max(justMissed, near);
}
