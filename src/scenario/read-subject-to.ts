import type { Report } from "../base/report.ts";
import type { YamlFile } from "../base/yaml.ts";
import { scheduledThroughput } from "./objective-metric.ts";
import { type CheckRule, readRules } from "./read-rules.ts";
import type { Metric, Phase, TargetRule } from "./scenario.ts";

const sliced: readonly Metric["kind"][] = ["latency", "error_rate", "throughput", "cpu_per_op", "rss"];

/**
 * The targets that a tuned configuration must meet. Left out (`given` undefined), they are those of the scenario's own
 * `targets` that can be measured in short slices. `error_rate == 0` is taken as `<=`.
 */
export function readSubjectTo(
  given: readonly string[] | undefined,
  targets: readonly TargetRule[],
  load: readonly Phase[],
  yaml: YamlFile,
  report: Report,
): readonly TargetRule[] {
  const check = checkOn(load);
  if (given === undefined) return targets.filter((rule) => check(rule) === undefined).map(withoutEquals);
  const phases = load.map(({ phase }) => phase);
  return readRules(given, { at: ["subjectTo"], phases, yaml }, report, check).map(withoutEquals);
}

/** What of a rule the slices of a search cannot measure, or a search cannot aim at. */
function checkOn(load: readonly Phase[]): CheckRule {
  return ({ metric, metricName, phase, op }) => {
    if (!sliced.includes(metric.kind)) {
      const message = `${metricName} cannot be measured in the short slices of a search`;
      return { message, hint: "there are quantiles such as p99, error_rate, throughput, cpu_per_op, rss" };
    }
    if (op === "==" && metric.kind !== "error_rate") {
      return { message: `${metricName} is never exactly that`, hint: "use <= or >=" };
    }
    if (metric.kind === "rss" && phase !== undefined) {
      return { message: `rss is a figure of the whole process; leave out in ${phase}` };
    }
    if (metric.kind !== "throughput") return undefined;
    const open = load.find((one) => one.loop === "open" && (phase === undefined || one.phase === phase));
    return open === undefined ? undefined : scheduledThroughput(open);
  };
}

/** A share of errors is never below 0. */
function withoutEquals(rule: TargetRule): TargetRule {
  return rule.op === "==" ? { ...rule, op: "<=" } : rule;
}
