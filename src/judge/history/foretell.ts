import { formatDuration } from "../../base/units.ts";
import { marginText, metricName } from "../../measure/comparison-wording.ts";
import { type ComparedMetric, comparedMetrics, type Margins } from "../../scenario/scenario.ts";
import { pairsForShift } from "../../stats/power.ts";
import { marginOf, type Question, worseMargin } from "../compare/question.ts";
import { type HistoryLine, type HistoryNoise, isSound } from "./history-line.ts";

const power = 0.95;

/**
 * What the last gate of a scenario says of the next one: where its noise asks for more than the budget at the margins, one
 * sentence with the time that it would take; undefined where the budget is enough, or nothing is known.
 */
export function foretellBudget(
  lines: readonly HistoryLine[],
  scenario: string,
  question: Question,
  budgetMs: number,
): string | undefined {
  const last = lines
    .filter((line) => line.kind === "gate" && line.scenario === scenario)
    .findLast((line) => isSound(line) && line.noise);
  const judged = (last?.noise ?? []).filter((noise) => isLeading(noise, last?.noise ?? [], question.margins));
  const [longest] = judged
    .map((noise) => ({ noise, ms: neededMs(noise, question, alphaOf(noise, judged, question)) }))
    .toSorted((a, b) => b.ms - a.ms);
  if (last === undefined || longest === undefined || longest.ms <= budgetMs) return undefined;
  const { noise, ms } = longest;
  const scale = noise.metric === "error_rate" ? "difference" : "ratio";
  const margin = marginText({ scale }, marginOf(question, { metric: metricOf(noise) }));
  return `by its last gate (${last.at.slice(0, 10)}) a margin of ${margin} of ${metricName(noise)} needs about ${formatDuration(Math.ceil(ms / 1000) * 1e6)}, and the budget is ${formatDuration(budgetMs * 1000)}`;
}

/** As `isJudged`, but for the error rate, whose noise is none until there are errors. */
function isLeading({ metric, phase }: HistoryNoise, all: readonly HistoryNoise[], margins: Margins): boolean {
  if (Object.hasOwn(margins, metric)) return true;
  if (metric === "throughput") return true;
  const hasThroughput = all.some((other) => other.metric === "throughput" && other.phase === phase);
  return metric === "p50" && !hasThroughput;
}

/** What a gate leaves to one metric: error rates have a share of their own, and the others have the rest between them. */
function alphaOf(
  { metric }: HistoryNoise,
  judged: readonly HistoryNoise[],
  { alpha, errorShare }: Question,
): number {
  const isError = metric === "error_rate";
  const sharers = judged.filter((other) => (other.metric === "error_rate") === isError).length;
  return (alpha * (isError ? errorShare : 1 - errorShare)) / Math.max(1, sharers);
}

function neededMs(noise: HistoryNoise, question: Question, alpha: number): number {
  const kind = {
    metric: metricOf(noise),
    unit: "ratio",
    higherIsBetter: noise.metric === "throughput",
    scale: noise.metric === "error_rate" ? "difference" : "ratio",
  } as const;
  const shift = worseMargin(question, kind);
  return pairsForShift({ sd: noise.pairSd, shift, alpha, power }) * noise.pairMs;
}

function metricOf({ metric }: HistoryNoise): ComparedMetric {
  return comparedMetrics.find((known) => known === metric) ?? "throughput";
}
