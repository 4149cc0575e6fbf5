import type { Report } from "../base/report.ts";
import type { Path, YamlFile } from "../base/yaml.ts";
import type { Metric, TargetRule } from "./scenario.ts";
import { type ParsedRule, parseTargetRule } from "./target-rule.ts";
import type { TextProblem } from "./text-problem.ts";

const judged: readonly Metric["kind"][] = [
  "latency",
  "latency_max",
  "latency_mean",
  "error_rate",
  "availability",
  "cpu_per_op",
  "rss",
];

/**
 * Reads conditions that are joined by `or`, each of which says what is too much: `p99 > 5ms or error_rate > 0.1%`.
 * Gives those that nothing is wrong with.
 */
export function readUntil(
  text: string,
  { at, phase, yaml }: { readonly at: Path; readonly phase: string; readonly yaml: YamlFile },
  report: Report,
): readonly TargetRule[] {
  return conditionsIn(text).flatMap(({ part, offset }) => {
    const rule = parseTargetRule(part, [phase]);
    const problem = "message" in rule ? rule : problemOf(rule, part);
    if (problem !== undefined) {
      const { message, hint } = problem;
      const inText = { offset: offset + problem.offset, length: problem.length };
      report({ path: at, message, inText, ...(hint === undefined ? {} : { hint }) });
      return [];
    }
    const place = yaml.locateInText(at, offset, part.length);
    return "message" in rule ? [] : [{ ...rule, line: place.line, column: place.column }];
  });
}

/** What is met where a condition is not: `p99 <= 5ms` of `p99 > 5ms`. */
export function opposite(rule: TargetRule): TargetRule {
  const op = opposites[rule.op];
  return { ...rule, op, text: rule.text.replace(/[<>=]+/, op) };
}

const opposites: Readonly<Record<TargetRule["op"], TargetRule["op"]>> = {
  ">": "<=",
  ">=": "<",
  "<": ">=",
  "<=": ">",
  "==": "==",
};

function conditionsIn(text: string): { readonly part: string; readonly offset: number }[] {
  let offset = 0;
  return text.split(/(\s+or\s+|\s*\|\|\s*)/).flatMap((piece, i) => {
    const start = offset;
    offset += piece.length;
    const part = piece.trim();
    return i % 2 === 1 ? [] : [{ part, offset: start + piece.indexOf(part) }];
  });
}

/** What of a parsed condition a search for the highest rate cannot use. */
function problemOf({ metric, metricName, op }: ParsedRule, part: string): TextProblem | undefined {
  const whole = { offset: 0, length: part.length };
  if (metric.kind === "throughput") {
    const message =
      "the search itself sets the throughput; a rate that the target does not keep up with ends it anyway";
    return { ...whole, message, hint: "name a latency or error_rate" };
  }
  if (!judged.includes(metric.kind)) {
    const message = `${metricName} cannot be judged at each rate`;
    return { ...whole, message, hint: "put it under targets, which are held against the confirmation" };
  }
  const grows = metric.kind === "availability" ? "<" : ">";
  if (op.startsWith(grows)) return undefined;
  const message = `until says what is too much, and ${metricName} is too much where it is ${grows} its limit`;
  return { ...whole, message, hint: `write ${part.replace(/[<>=]+/, grows)}` };
}
