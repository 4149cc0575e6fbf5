import type { TwinSide } from "../drive/twin/twins.ts";
import { compareTwins } from "../judge/compare/compare-twins.ts";
import { makeComparison } from "../judge/compare/make-comparison.ts";
import type { Compared, PairProgress } from "../judge/compare/measure-until-known.ts";
import { toMetricComparison } from "../judge/compare/metric-comparison.ts";
import type { Question } from "../judge/compare/question.ts";
import type { Comparison, VariantInfo } from "../measure/comparison.ts";
import { describeChange, marginText, metricName } from "../measure/comparison-wording.ts";
import { createPairsView, type PairsView } from "../publish/terminal/pairs-view.ts";
import { createColours } from "../publish/terminal/symbols.ts";
import { wantsColour } from "./colour.ts";
import type { Io } from "./io.ts";

/** One of the two sides of a comparison, and what it is called. */
export interface NamedSide extends TwinSide {
  readonly info: VariantInfo;
}

/** How to compare. */
export interface CompareScenarioOptions {
  /** What progress lines begin with. */
  readonly title: string;
  readonly question: Question;
  readonly budgetMs: number;
  readonly seed: number;
  readonly progress: boolean;
  /** Goes on when the answer is known. */
  readonly usesWholeBudget?: boolean;
  /** Called after each pair, for whoever records them. */
  readonly onPair?: (progress: PairProgress) => void;
}

/** What was compared, and the services that it used, in words. */
export interface ComparedScenario {
  readonly comparison: Comparison;
  readonly compared: Compared;
}

/** Measures two variants in pairs, and shows how far it has come. */
export async function compareScenario(
  base: NamedSide,
  candidate: NamedSide,
  options: CompareScenarioOptions,
  io: Io,
): Promise<ComparedScenario> {
  const { question, budgetMs, seed } = options;
  const view = openView(options, io);
  try {
    let isTold = false;
    const compared = await compareTwins(base, candidate, {
      question,
      budgetMs,
      seed,
      env: io.env,
      signal: io.signal,
      usesWholeBudget: options.usesWholeBudget ?? false,
      onService: (text) => view?.note(text),
      onPair: (progress) => {
        options.onPair?.(progress);
        const { pairs, planned, elapsedMs, evaluations } = progress;
        const findings = evaluations.length === 0 ? "" : findingsOf(progress, question);
        view?.show({ pairs, planned, elapsedMs, budgetMs, findings });
        if (isTold || evaluations.length === 0) return;
        isTold = true;
        const warning = shortBudget(progress, question, budgetMs);
        if (warning !== undefined) view?.note(warning);
      },
    });
    const { scenario } = candidate;
    return {
      compared,
      comparison: makeComparison({
        scenario,
        base: base.info,
        candidate: candidate.info,
        question,
        compared,
        seed,
        budgetMs,
      }),
    };
  } finally {
    view?.close();
  }
}

function openView({ title, progress }: CompareScenarioOptions, io: Io): PairsView | undefined {
  if (!progress) return undefined;
  const isCi = io.env.CI !== undefined && io.env.CI !== "" && io.env.CI !== "false";
  return createPairsView({
    output: io.stderr,
    colours: createColours(wantsColour(io.stderr, io.env)),
    name: title,
    block: io.stderr.isTTY && io.env.TERM !== "dumb" && !isCi,
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

/** Says at the first look where the budget is not going to be enough. */
function shortBudget(
  { evaluations, elapsedMs, pairs }: PairProgress,
  question: Question,
  budgetMs: number,
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
