import type { Report } from "../base/report.ts";
import { type ObjectiveMetric, parseObjectiveMetric } from "./objective-metric.ts";
import type { Objective, ObjectiveTerm, Phase } from "./scenario.ts";
import type { ObjectiveInput } from "./tuning-schema.ts";

type Direction = "minimize" | "maximize";

/** The objective of a file; undefined where something is wrong with it, which is reported. */
export function readObjective(
  { minimize, maximize }: ObjectiveInput,
  load: readonly Phase[],
  report: Report,
): Objective | undefined {
  const given = minimize ?? maximize;
  if (given === undefined || (minimize !== undefined && maximize !== undefined)) {
    report({ path: ["objective"], message: "give either minimize or maximize", hint: productHint });
    return undefined;
  }
  const direction = minimize === undefined ? "maximize" : "minimize";
  return typeof given === "string"
    ? readOne(given, direction, load, report)
    : readProduct(given, direction, load, report);
}

const productHint =
  "several metrics make one product: minimize: { p50 in steady: 0.5, throughput in full: -0.5 }";

function readOne(
  text: string,
  direction: Direction,
  load: readonly Phase[],
  report: Report,
): Objective | undefined {
  const path = ["objective", direction];
  const metric = parseObjectiveMetric(text, load);
  if ("message" in metric) {
    const { offset, length, ...what } = metric;
    report({ ...what, path, inText: { offset, length } });
    return undefined;
  }
  if (rewardsWorse(metric, signOf(direction))) {
    const other = direction === "minimize" ? "maximize" : "minimize";
    const message = `${direction === "minimize" ? "less" : "more"} ${metric.metric} is not better`;
    report({ path, message, hint: `write ${other}: ${text.trim()}` });
    return undefined;
  }
  return objectiveOf([{ ...metric, weight: signOf(direction) }]);
}

function readProduct(
  given: Readonly<Record<string, number>>,
  direction: Direction,
  load: readonly Phase[],
  report: Report,
): Objective | undefined {
  const path = ["objective", direction];
  const terms: ObjectiveTerm[] = [];
  for (const [text, weight] of Object.entries(given)) {
    const metric = parseObjectiveMetric(text, load);
    const at = [...path, text];
    if ("message" in metric) {
      const { offset, length, ...what } = metric;
      report({ ...what, path: at, part: "key" });
    } else if (weight === 0) {
      report({
        path: at,
        message: `a weight of 0 leaves ${text} out`,
        hint: "give it another, or remove it",
      });
    } else if (rewardsWorse(metric, signOf(direction) * weight)) {
      const wrong = metric.metric === "throughput" ? "less" : "more";
      const message = `this weight rewards ${wrong} ${metric.metric}`;
      report({ path: at, message, hint: `give it ${-weight}` });
    } else if (terms.some((other) => wordsOf(other) === wordsOf(metric))) {
      report({ path: at, part: "key", message: `${wordsOf(metric)} is there twice; give it one weight` });
    } else terms.push({ ...metric, weight: signOf(direction) * weight });
  }
  if (Object.keys(given).length === 0) report({ path, message: "name a metric, such as p50 in steady" });
  return terms.length === 0 || terms.length < Object.keys(given).length ? undefined : objectiveOf(terms);
}

function signOf(direction: Direction): number {
  return direction === "minimize" ? 1 : -1;
}

/** Whether a smaller product would mean that the metric is worse. */
function rewardsWorse({ metric }: ObjectiveMetric, weight: number): boolean {
  return metric === "throughput" ? weight > 0 : weight < 0;
}

function objectiveOf(terms: readonly ObjectiveTerm[]): Objective {
  const text = terms.map((term) => {
    const verb = term.weight > 0 ? "minimise" : "maximise";
    const size = Math.abs(term.weight);
    return `${verb} ${wordsOf(term)}${size === 1 ? "" : ` (weight ${size})`}`;
  });
  return { text: text.join(" and "), terms };
}

function wordsOf({ metric, phase }: ObjectiveMetric): string {
  return phase === undefined ? metric : `${metric} in ${phase}`;
}
