import { comparedMetrics, type ObjectiveTerm, type Phase } from "./scenario.ts";
import { type TextProblem, unknownWord } from "./text-problem.ts";

/** A metric that can be tuned for, and the phase it is measured in. */
export type ObjectiveMetric = Omit<ObjectiveTerm, "weight">;

const words = comparedMetrics.filter((metric) => metric !== "error_rate");
const grammar = /^\s*(?<metric>\S+)(?:\s+in\s+(?<phase>\S+))?\s*$/d;

/** Parses `p50 in steady`. The phase may be left out where there is but one; `rss` has none. */
export function parseObjectiveMetric(text: string, load: readonly Phase[]): ObjectiveMetric | TextProblem {
  const parts = grammar.exec(text);
  const [first = "steady"] = load.map(({ phase }) => phase);
  if (parts === null) {
    return { offset: 0, length: text.length, message: `expected a metric such as p50 in ${first}` };
  }
  const { metric: word = "", phase: named } = parts.groups ?? {};
  const metricAt = spanOf(parts, "metric");
  const phaseAt = spanOf(parts, "phase");
  if (word === "error_rate") {
    const message = "errors are not weighed against speed";
    return { ...metricAt, message, hint: "limit them instead: subjectTo: [error_rate <= 0.1%]" };
  }
  const metric = words.find((known) => known === word);
  if (metric === undefined) return { ...metricAt, ...unknownWord(word, "metric", words) };
  if (metric === "rss") {
    const message = `rss is a figure of the whole process; leave out in ${named}`;
    return named === undefined ? { metric } : { ...phaseAt, message };
  }
  const phases = load.map(({ phase }) => phase);
  if (named === undefined && phases.length > 1) {
    const message = `which phase? There are ${phases.join(", ")}: write ${word} in ${first}`;
    return { ...metricAt, message };
  }
  const phase = load.find((one) => named === undefined || one.phase === named);
  if (phase === undefined) return { ...phaseAt, ...unknownWord(named ?? "", "phase", phases) };
  if (metric === "throughput" && phase.loop === "open") {
    return { ...(named === undefined ? metricAt : phaseAt), ...scheduledThroughput(phase) };
  }
  return { metric, phase: phase.phase };
}

/** Why the throughput of an open loop tells nothing of a configuration. */
export function scheduledThroughput({ phase }: Phase): Pick<TextProblem, "message" | "hint"> {
  return {
    message: `the throughput in ${phase} is what its schedule asks for`,
    hint: "name a phase of the shape concurrency",
  };
}

function spanOf({ indices }: RegExpExecArray, group: string): Pick<TextProblem, "offset" | "length"> {
  const [start, end] = indices?.groups?.[group] ?? [0, 0];
  return { offset: start, length: end - start };
}
