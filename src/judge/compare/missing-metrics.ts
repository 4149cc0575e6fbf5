import type { MetricComparison } from "../../measure/comparison.ts";
import { type ComparedMetric, comparedMetrics, type Scenario } from "../../scenario/scenario.ts";
import { samplesForQuantile } from "../../stats/quantile-interval.ts";
import { marginOf, type Question } from "./question.ts";
import type { Evaluation } from "./sequential-test.ts";

const tails: Readonly<Partial<Record<ComparedMetric, number>>> = { p90: 0.9, p99: 0.99, "p99.9": 0.999 };

/** Metrics that a margin asks for and of which there are no figures: what was asked for and not answered is inconclusive. */
export function missingMetrics(
  question: Question,
  scenario: Scenario,
  evaluations: readonly Evaluation[],
): MetricComparison[] {
  if (question.kind !== "gate" || evaluations.length === 0) return [];
  return comparedMetrics
    .filter((metric) => question.margins[metric] !== undefined)
    .filter((metric) => evaluations.every(({ series }) => series.metric !== metric))
    .flatMap((metric) => missing(metric, question, scenario));
}

function missing(metric: ComparedMetric, question: Question, { load, gate }: Scenario): MetricComparison[] {
  const isOpen = load.every(({ loop }) => loop === "open");
  // A suite's margin is for those scenarios that have the metric.
  if (metric === "throughput" && isOpen && gate.margins.throughput === undefined) return [];
  const tail = tails[metric];
  const why =
    metric === "throughput" && isOpen
      ? "in an open loop the schedule decides it"
      : tail === undefined
        ? "there are no figures of it"
        : `the slices of a pair hold fewer than the ${samplesForQuantile(tail)} operations that it needs`;
  return [
    {
      metric,
      unit: metric === "throughput" ? "per_second" : "us",
      higherIsBetter: metric === "throughput",
      scale: "ratio",
      confidence: 0,
      margin: marginOf(question, { metric }),
      judged: true,
      verdict: "inconclusive",
      outcome: "inconclusive",
      pairs: 0,
      sentence: `${metric} was not measured: ${why}.`,
      perPair: [],
    },
  ];
}
