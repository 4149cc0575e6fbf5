import type { ComparedMetric, Margins } from "../../scenario/scenario.ts";
import type { MetricKind } from "./pair-metrics.ts";

/** What a comparison is to find out, and how sure it has to be. */
export interface Question {
  readonly kind: "ab" | "gate";
  /** The chance that anything is called worse (in `ab`: better or worse) that is not, over all looks and metrics. One-sided. */
  readonly alpha: number;
  /** Of `alpha`, what goes to the error rates. */
  readonly errorShare: number;
  /** The chance, one-sided, that a metric that is worse by the margin is taken for one that is not. */
  readonly beta: number;
  /** Margins that the user gave; each makes its metric judged. */
  readonly margins: Margins;
}

/** The smallest worsening that matters where nothing else is said. */
const standardMargins: Readonly<Record<ComparedMetric, number>> = {
  throughput: 0.05,
  p50: 0.05,
  p90: 0.1,
  p99: 0.1,
  "p99.9": 0.2,
  error_rate: 0.001,
  cpu_per_op: 0.05,
  rss: 0.1,
};

/** A gate's question. It is one of `scenarios` that share the error of the whole gate, 1 %. */
export function gateQuestion(margins: Margins, scenarios: number): Question {
  return { kind: "gate", alpha: 0.01 / scenarios, errorShare: 0.1, beta: 0.025, margins };
}

/** The question of an A/B comparison, one of several that share an error of 5 %, both ways together. */
export function abQuestion(margins: Margins, comparisons: number): Question {
  const alpha = 0.025 / comparisons;
  return { kind: "ab", alpha, errorShare: 0.1, beta: alpha, margins };
}

/** The margin of a metric as a share (of an error rate: as a difference). */
export function marginOf({ margins }: Question, { metric }: Pick<MetricKind, "metric">): number {
  return margins[metric] ?? standardMargins[metric];
}

/** The margin in the unit of `PairMetric.worse`. */
export function worseMargin(question: Question, kind: MetricKind): number {
  const margin = marginOf(question, kind);
  if (kind.scale === "difference") return margin;
  return kind.higherIsBetter ? -Math.log1p(-Math.min(margin, 0.99)) : Math.log1p(margin);
}

/**
 * Whether a metric decides: throughput in a closed loop, the median in an open one, the error rate, and what has a margin
 * of its own. In a closed loop latencies only repeat the throughput, and tails need more operations than a gate has.
 */
export function isJudged({ margins }: Question, kind: MetricKind, hasThroughput: boolean): boolean {
  if (margins[kind.metric] !== undefined) return true;
  if (kind.metric === "throughput" || kind.metric === "error_rate") return true;
  return kind.metric === "p50" && !hasThroughput;
}
