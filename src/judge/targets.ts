import { formatCount } from "../base/units.ts";
import { formatMetric } from "../measure/format-metric.ts";
import type { TrialResult, Verdict } from "../measure/result.ts";
import type { TargetRule } from "../scenario/scenario.ts";
import { type MeasuredMetric, readMetric } from "./measured-metric.ts";

/**
 * Judges every rule on what was measured.
 *
 * A rule passes or fails by the measured value. It is inconclusive where nothing was measured, or where there are too
 * few samples for the quantile or for so small an error rate, unless what there is breaks the limit already.
 */
export function judgeTargets(rules: readonly TargetRule[], trials: readonly TrialResult[]): Verdict[] {
  return rules.map((rule) => judgeOne(rule, readMetric(rule, trials)));
}

function judgeOne(rule: TargetRule, measured: MeasuredMetric): Verdict {
  const { value, interval, samples, samplesNeeded } = measured;
  const outcome = outcomeOf(rule, measured);
  return {
    outcome,
    rule: rule.text,
    metricName: rule.metricName,
    op: rule.op,
    limit: rule.limit,
    unit: measured.unit,
    ...(rule.phase === undefined ? {} : { phase: rule.phase }),
    ...(value === undefined ? {} : { measured: value, marginRatio: marginOf(rule, value) }),
    ...(interval === undefined ? {} : { interval }),
    samples,
    ...(samples < samplesNeeded ? { samplesNeeded } : {}),
    sentence: sentenceOf(rule, measured, outcome),
    line: rule.line,
    column: rule.column,
  };
}

function outcomeOf(rule: TargetRule, { value, samples, samplesNeeded }: MeasuredMetric): Verdict["outcome"] {
  if (value === undefined || samples === 0) return "inconclusive";
  const holds = isWithin(rule, value);
  if (samples >= samplesNeeded) return holds ? "pass" : "fail";
  // Too few errors to trust are still errors: a rate that is broken stays broken.
  return rule.metric.kind === "error_rate" && !holds ? "fail" : "inconclusive";
}

function isWithin({ op, limit }: TargetRule, value: number): boolean {
  switch (op) {
    case "<":
      return value < limit;
    case "<=":
      return value <= limit;
    case ">":
      return value > limit;
    case ">=":
      return value >= limit;
  }
}

function isUpperLimit({ op }: TargetRule): boolean {
  return op === "<" || op === "<=";
}

function marginOf(rule: TargetRule, value: number): number {
  if (rule.limit === 0) return value === 0 ? 0 : isUpperLimit(rule) ? -1 : 1;
  const distance = isUpperLimit(rule) ? rule.limit - value : value - rule.limit;
  return distance / rule.limit;
}

function sentenceOf(rule: TargetRule, measured: MeasuredMetric, outcome: Verdict["outcome"]): string {
  const where = rule.phase === undefined ? "" : ` in ${rule.phase}`;
  const name = `${rule.metricName}${where}`;
  const { value, interval, samples, samplesNeeded, unit, caution } = measured;
  if (value === undefined || samples === 0)
    return `${name} was not measured: no operation was completed${where || " in any measured phase"}.`;
  const figure = formatMetric(value, unit);
  const limit = formatMetric(rule.limit, unit);
  if (outcome === "inconclusive") {
    return `${name} is ${figure} from ${formatCount(samples)} samples; at least ${formatCount(samplesNeeded)} are needed to say that it is ${isUpperLimit(rule) ? "below" : "above"} ${limit}.`;
  }
  const percent = Math.abs(marginOf(rule, value)) * 100;
  const share = `${percent < 10 ? percent.toFixed(1) : percent.toFixed(0)} %`;
  const isOver = isUpperLimit(rule) === (outcome === "fail");
  const position =
    percent === 0
      ? `exactly at its limit of ${limit}`
      : `${share} ${isOver ? "over" : "under"} its limit of ${limit}`;
  const doubt =
    interval && interval[0] <= rule.limit && rule.limit <= interval[1]
      ? " The limit lies inside the 95 % interval: a rerun could decide otherwise."
      : "";
  return `${name} is ${figure}, ${position}.${doubt}${caution ? ` This is ${caution}.` : ""}`;
}
