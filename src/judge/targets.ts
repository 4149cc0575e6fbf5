import { formatCount } from "../base/units.ts";
import { formatMetric } from "../measure/format-metric.ts";
import type { TrialResult, Verdict } from "../measure/result.ts";
import type { TargetRule } from "../scenario/scenario.ts";
import { type MeasuredMetric, readMetric } from "./measured-metric.ts";

/**
 * Judges every rule on what was measured.
 *
 * A rule passes or fails by the measured value. It is inconclusive where nothing was measured, or where there are too
 * few samples for the quantile or for so small an error rate, unless what there is breaks the limit already. So it is where
 * the load had not recovered when its phase ended, and the time until then does not break the limit.
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

function outcomeOf(rule: TargetRule, measured: MeasuredMetric): Verdict["outcome"] {
  const { value, samples, samplesNeeded, isAtLeast } = measured;
  if (value === undefined || samples === 0) return "inconclusive";
  const holds = isWithin(rule, value);
  if (isAtLeast) return !holds && isUpperLimit(rule) ? "fail" : "inconclusive";
  if (samples >= samplesNeeded) return holds ? "pass" : "fail";
  // Too few errors to trust are still errors: a rate that is broken stays broken.
  return isShareOfErrors(rule) && !holds ? "fail" : "inconclusive";
}

function isShareOfErrors({ metric }: TargetRule): boolean {
  return metric.kind === "error_rate" || metric.kind === "availability";
}

/** Whether a value meets a rule. */
export function isWithin({ op, limit }: Pick<TargetRule, "op" | "limit">, value: number): boolean {
  switch (op) {
    case "<":
      return value < limit;
    case "<=":
      return value <= limit;
    case "==":
      return value === limit;
    case ">":
      return value > limit;
    case ">=":
      return value >= limit;
  }
}

function isUpperLimit({ op }: TargetRule): boolean {
  return op === "<" || op === "<=" || op === "==";
}

/** The share of operations that an availability lets fail; 0 for other rules. */
function mayFail({ metric, op, limit }: TargetRule): number {
  return metric.kind === "availability" && op.startsWith(">") && limit < 1 ? 1 - limit : 0;
}

function marginOf(rule: TargetRule, value: number): number {
  if (rule.limit === 0) return value === 0 ? 0 : isUpperLimit(rule) ? -1 : 1;
  if (mayFail(rule) > 0) return (value - rule.limit) / mayFail(rule);
  if (rule.op === "==") return -Math.abs(value - rule.limit) / rule.limit;
  const distance = isUpperLimit(rule) ? rule.limit - value : value - rule.limit;
  return distance / rule.limit;
}

function sentenceOf(rule: TargetRule, measured: MeasuredMetric, outcome: Verdict["outcome"]): string {
  const where = rule.phase === undefined ? "" : ` in ${rule.phase}`;
  const name = `${rule.metricName}${where}`;
  const { value, interval, samples, samplesNeeded, unit, caution, isAtLeast } = measured;
  if (value === undefined || samples === 0) {
    const why = measured.missing ?? `no operation was completed${where || " in any measured phase"}`;
    return `${name} was not measured: ${why}.`;
  }
  const figure = formatMetric(value, unit);
  const limit = formatMetric(rule.limit, unit);
  if (isAtLeast) {
    const more = outcome === "fail" ? "" : "; give it more time";
    return `${name} had not come ${figure} after the end of a fault, when the phase was over or the next fault began, and its limit is ${limit}${more}.`;
  }
  if (rule.op === "==")
    return `${name} is ${figure}, ${outcome === "pass" ? "as it must be" : `and must be ${limit}`}.`;
  if (outcome === "inconclusive") {
    return `${name} is ${figure} from ${formatCount(samples)} samples; at least ${formatCount(samplesNeeded)} are needed to say that it is ${isUpperLimit(rule) ? "below" : "above"} ${limit}.`;
  }
  if (mayFail(rule) > 0) return `${name} is ${figure}: ${failedText(rule, value)}.${doubtOf(rule, interval)}`;
  const percent = Math.abs(marginOf(rule, value)) * 100;
  const share = `${percent < 10 ? percent.toFixed(1) : percent.toFixed(0)} %`;
  const isOver = isUpperLimit(rule) === (outcome === "fail");
  const position =
    percent === 0
      ? `exactly at its limit of ${limit}`
      : `${share} ${isOver ? "over" : "under"} its limit of ${limit}`;
  return `${name} is ${figure}, ${position}.${doubtOf(rule, interval)}${caution ? ` This is ${caution}.` : ""}`;
}

/** How much of what may fail did: near to all of it, a share of the limit itself tells nothing. */
function failedText(rule: TargetRule, value: number): string {
  const allowed = formatMetric(mayFail(rule), "ratio");
  const used = (1 - value) / mayFail(rule);
  if (used > 1) return `${used.toPrecision(2)} times the ${allowed} that may fail did`;
  return used === 0
    ? `none of the ${allowed} that may fail did`
    : `${(used * 100).toFixed(0)} % of the ${allowed} that may fail did`;
}

function doubtOf({ limit }: TargetRule, interval: readonly [number, number] | undefined): string {
  const isInside = interval !== undefined && interval[0] <= limit && limit <= interval[1];
  return isInside ? " The limit lies inside the 95 % interval: a rerun could decide otherwise." : "";
}
