import { nearestWord } from "../base/suggest.ts";
import { counts, durations, parseUnit, rates, ratios, sizes, type UnitFamily } from "../base/units.ts";
import type { Metric, TargetRule } from "./scenario.ts";

/** A rule without its place in the file. */
export type ParsedRule = Omit<TargetRule, "line" | "column">;

/** What is wrong with a rule, and where in its text. */
export interface RuleProblem {
  readonly offset: number;
  readonly length: number;
  readonly message: string;
  readonly hint?: string;
}

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
const grammar = /^(\s*)(\S+?)(\s*)(<=|>=|==|=<|=>|=|<|>)(\s*)(.+?)(?:(\s+in\s+)(\S+))?\s*$/;

/** Parses `p99.9 <= 5ms in steady`. `phases` are the names that may stand behind `in`. */
export function parseTargetRule(text: string, phases: readonly string[]): ParsedRule | RuleProblem {
  const parts = grammar.exec(text);
  if (parts === null) {
    return {
      offset: 0,
      length: text.length,
      message: `expected a rule such as p99 <= 5ms or throughput >= 50k/s in ${phases[0] ?? "steady"}`,
    };
  }
  const [, lead = "", word = "", gap = "", op = "", gap2 = "", value = "", inWord = "", phase] = parts;
  const found = metricOf(word);
  if (found === undefined) return unknownWord(lead.length, word, "metric", metricWords);
  const opAt = lead.length + word.length + gap.length;
  if (!isOp(op)) {
    return { offset: opAt, length: op.length, message: `unknown comparison ${op}: use <, <=, ==, > or >=` };
  }
  const valueAt = opAt + op.length + gap2.length;
  const limit = parseUnit(value, found.unit);
  if (limit === undefined) {
    return {
      offset: valueAt,
      length: value.length,
      message: `${word} needs ${found.unit.expected}, not ${value}`,
    };
  }
  const phaseAt = valueAt + value.length + inWord.length;
  if (phase !== undefined && !phases.includes(phase)) return unknownWord(phaseAt, phase, "phase", phases);
  if (phase !== undefined && isOfWholeRun(found.metric)) {
    const message = `${word} is a figure of the whole run; leave out in ${phase}`;
    return { offset: phaseAt, length: phase.length, message };
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

function unknownWord(offset: number, word: string, what: string, known: readonly string[]): RuleProblem {
  const near = nearestWord(word, known);
  const problem = {
    offset,
    length: word.length,
    message: `unknown ${what} ${word}; there are ${known.join(", ")}`,
  };
  return near === undefined ? problem : { ...problem, hint: `did you mean ${near}?` };
}
