import { counts, durations, parseUnit, rates, ratios, sizes, type UnitFamily } from "../base/units.ts";
import type { Metric, TargetRule } from "./scenario.ts";
import { type TextProblem, unknownWord } from "./text-problem.ts";

/** A rule without its place in the file. */
export type ParsedRule = Omit<TargetRule, "line" | "column">;

const namedMetrics: Readonly<Record<string, { readonly metric: Metric; readonly unit: UnitFamily }>> = {
  max: { metric: { kind: "latency_max" }, unit: durations },
  mean: { metric: { kind: "latency_mean" }, unit: durations },
  error_rate: { metric: { kind: "error_rate" }, unit: ratios },
  throughput: { metric: { kind: "throughput" }, unit: rates },
  cpu_per_op: { metric: { kind: "cpu_per_op" }, unit: durations },
  rss: { metric: { kind: "rss" }, unit: sizes },
  lost: { metric: { kind: "figure", figure: "lost" }, unit: counts },
  duplicates: { metric: { kind: "figure", figure: "duplicates" }, unit: counts },
  recovery: { metric: { kind: "recovery" }, unit: durations },
  availability: { metric: { kind: "availability" }, unit: ratios },
};
const ops: readonly string[] = ["<", "<=", "==", ">", ">="] satisfies readonly TargetRule["op"][];

const metricWords = ["p50", "p90", "p95", "p99", "p99.9", "p99.99", ...Object.keys(namedMetrics)];
const grammar =
  /^\s*(?<word>\S+?)(?:\s+in\s+(?<before>\S+?))?\s*(?<op><=|>=|==|=<|=>|=|<|>)\s*(?<value>.+?)(?:\s+in\s+(?<after>\S+))?\s*$/d;

/** Parses `p99.9 <= 5ms in steady`, or `p99.9 in steady <= 5ms`. `phases` are the names that may stand behind `in`. */
export function parseTargetRule(text: string, phases: readonly string[]): ParsedRule | TextProblem {
  const parts = grammar.exec(text);
  if (parts === null) {
    return {
      offset: 0,
      length: text.length,
      message: `expected a rule such as p99 <= 5ms or throughput >= 50k/s in ${phases[0] ?? "steady"}`,
    };
  }
  const { word = "", before, op = "", value = "", after } = parts.groups ?? {};
  const problem = (group: string, message: string): TextProblem => {
    const [start, end] = parts.indices?.groups?.[group] ?? [0, text.length];
    return { offset: start, length: end - start, message };
  };
  const found = metricOf(word);
  if (found === undefined) return { ...problem("word", ""), ...unknownWord(word, "metric", metricWords) };
  if (!isOp(op)) return problem("op", `unknown comparison ${op}: use <, <=, ==, > or >=`);
  const limit = parseUnit(value, found.unit);
  if (limit === undefined) return problem("value", `${word} needs ${found.unit.expected}, not ${value}`);
  const phase = before ?? after;
  const phaseAt = before === undefined ? "after" : "before";
  if (before !== undefined && after !== undefined) return problem("after", "the phase is named already");
  if (phase !== undefined && !phases.includes(phase)) {
    return { ...problem(phaseAt, ""), ...unknownWord(phase, "phase", phases) };
  }
  if (phase !== undefined && isOfWholeRun(found.metric)) {
    return problem(phaseAt, `${word} is a figure of the whole run; leave out in ${phase}`);
  }
  const rule = { text: text.trim(), metricName: word, metric: found.metric, op, limit } as const;
  return phase === undefined ? rule : { ...rule, phase };
}

function isOp(op: string): op is TargetRule["op"] {
  return ops.includes(op);
}

function isOfWholeRun({ kind }: Metric): boolean {
  return kind === "figure" || kind === "recovery";
}

function metricOf(word: string): { readonly metric: Metric; readonly unit: UnitFamily } | undefined {
  const named = Object.hasOwn(namedMetrics, word) ? namedMetrics[word] : undefined;
  if (named !== undefined) return named;
  const percent = /^p(\d{1,2}(?:\.\d{1,6})?)$/.exec(word)?.[1];
  if (percent === undefined || Number(percent) === 0) return undefined;
  // Divided as a decimal, so that p99.9 is 0.999 and not 0.9990000000000001.
  const quantile = Number(`${percent}e-2`);
  return { metric: { kind: "latency", quantile }, unit: durations };
}
