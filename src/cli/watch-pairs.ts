import type { PairProgress } from "../judge/compare/measure-until-known.ts";
import { toMetricComparison } from "../judge/compare/metric-comparison.ts";
import type { Question } from "../judge/compare/question.ts";
import { describeChange, marginText, metricName } from "../measure/comparison-wording.ts";
import { createPairsView, type PairsView } from "../publish/terminal/pairs-view.ts";
import { createColours } from "../publish/terminal/symbols.ts";
import { wantsColour } from "./colour.ts";
import type { Io } from "./io.ts";
import { wantsLiveBlock } from "./live-block.ts";

/** What is watched. */
export interface WatchOptions {
  /** What progress lines begin with. */
  readonly title: string;
  readonly question: Question;
  readonly budgetMs: number;
  readonly progress: boolean;
}

/** Hears of a comparison and shows it. */
export interface Watch {
  readonly onService: (text: string) => void;
  readonly onPair: (progress: PairProgress) => void;
  readonly close: () => void;
}

/** Shows how far a comparison has come; at its first look it says where the budget is not going to be enough. */
export function watchPairs(options: WatchOptions, io: Io): Watch {
  const view = options.progress ? openView(options.title, io) : undefined;
  let isTold = false;
  return {
    onService: (text) => view?.note(text),
    close: () => view?.close(),
    onPair: (progress) => {
      const { pairs, planned, elapsedMs, evaluations } = progress;
      const findings = evaluations.length === 0 ? "" : findingsOf(progress, options.question);
      view?.show({ pairs, planned, elapsedMs, budgetMs: options.budgetMs, findings });
      if (isTold || evaluations.length === 0) return;
      const warning = shortBudget(progress, options);
      if (warning === undefined) return;
      isTold = true;
      view?.note(warning);
    },
  };
}

function openView(title: string, io: Io): PairsView {
  return createPairsView({
    output: io.stderr,
    colours: createColours(wantsColour(io.stderr, io.env)),
    name: title,
    block: wantsLiveBlock(io),
  });
}

function findingsOf({ evaluations, elapsedMs, pairs }: PairProgress, question: Question): string {
  return evaluations
    .filter(({ judged, series }) => judged && series.metric !== "error_rate")
    .map((evaluation) => {
      const metric = toMetricComparison(evaluation, question, elapsedMs / pairs);
      const { change, interval } = describeChange(metric);
      return `${metricName(metric)} ${change} ${interval}`.trim();
    })
    .join(", ");
}

function shortBudget(
  { evaluations, elapsedMs, pairs }: PairProgress,
  { question, budgetMs }: WatchOptions,
): string | undefined {
  const pairMs = elapsedMs / pairs;
  const longest = evaluations
    .filter(({ judged }) => judged)
    .map((evaluation) => toMetricComparison(evaluation, question, pairMs))
    .toSorted((a, b) => (b.pairsNeeded ?? 0) - (a.pairsNeeded ?? 0))[0];
  const neededMs = (longest?.pairsNeeded ?? 0) * pairMs;
  if (longest === undefined || neededMs <= budgetMs) return undefined;
  return `a margin of ${marginText(longest, longest.margin)} of ${metricName(longest)} needs about ${Math.ceil(neededMs / 1000)} s here, and the budget is ${Math.round(budgetMs / 1000)} s`;
}
