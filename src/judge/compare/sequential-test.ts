import type { MetricVerdict } from "../../measure/comparison.ts";
import { type Bounds, decideGate, decideVerdict } from "./decide.ts";
import { type Looks, planLooks } from "./looks.ts";
import type { MetricSeries } from "./metric-series.ts";
import { isJudged, type Question, worseMargin } from "./question.ts";

/** What is known of a metric at a look. */
export interface Evaluation {
  readonly series: MetricSeries;
  readonly bounds: Bounds;
  /** The chance, over all looks, that the low end lies above the truth; and that the high end lies below it. */
  readonly lowAlpha: number;
  readonly highAlpha: number;
  /** The level of the high end at this look. */
  readonly highLevel: number;
  /** In the unit of the bounds. */
  readonly margin: number;
  readonly judged: boolean;
  readonly verdict: MetricVerdict;
  /** Only of what is judged in a gate. */
  readonly outcome?: "pass" | "fail" | "inconclusive";
}

/** A comparison's test, look by look. */
export interface SequentialTest {
  /** Looks at the pairs so far, at this share of the planned ones; 1 is the last look. */
  look(all: readonly MetricSeries[], pairs: number, fraction: number): readonly Evaluation[];
}

/** Begins a test; the metrics that there are must be known from the first pair on. `plan` gives the levels of its looks. */
export function startSequentialTest(
  question: Question,
  first: readonly MetricSeries[],
  plan: typeof planLooks = planLooks,
): SequentialTest {
  const { alpha, errorShare, beta, kind } = question;
  const judged = first.filter((series) => isFamilyMember(question, series, first));
  const errors = judged.filter(({ metric }) => metric === "error_rate").length;
  const speedShare = errors === 0 ? 1 : 1 - errorShare;
  const isPaired = first.every((series) => series.isPaired);
  const speeds = Math.max(1, judged.length - errors + countMissing(question, first));
  const speedAlpha = alpha * speedShare;
  const errorAlpha = alpha * errorShare;
  const speedLooks = plan(speedAlpha, speeds, isPaired);
  const errorLooks = plan(errorAlpha, Math.max(1, errors), isPaired);
  const passLooks = kind === "gate" ? plan(beta, 1, isPaired) : undefined;
  return {
    look: (all, pairs, fraction) => {
      const passLevel = passLooks?.next(pairs, fraction)[0];
      const evaluate = (looks: Looks, alpha: number, chosen: readonly MetricSeries[]): Evaluation[] =>
        evaluateFamily(
          { question, all, passLevel, isLast: fraction >= 1, alpha },
          looks.next(pairs, fraction),
          chosen,
        );
      const isError = ({ metric }: MetricSeries): boolean => metric === "error_rate";
      const evaluations = [
        ...evaluate(
          speedLooks,
          speedAlpha,
          all.filter((series) => !isError(series)),
        ),
        ...evaluate(errorLooks, errorAlpha, all.filter(isError)),
      ];
      // Judged ones first, then in the order of the phases.
      return evaluations.toSorted(
        (a, b) => Number(b.judged) - Number(a.judged) || all.indexOf(a.series) - all.indexOf(b.series),
      );
    },
  };
}

/** Metrics that can still come: those with a margin of their own, and in an A/B comparison the tails of each phase. */
function countMissing({ kind, margins }: Question, first: readonly MetricSeries[]): number {
  const phases = new Set(first.flatMap(({ phase }) => phase ?? []));
  const has = (name: string, of?: string): boolean =>
    first.some(({ metric, phase }) => metric === name && (of === undefined || phase === of));
  if (kind === "gate") return Object.keys(margins).filter((name) => !has(name)).length;
  return [...phases].flatMap((phase) => tails.filter((name) => !has(name, phase))).length;
}

const tails = ["p90", "p99", "p99.9"];

/** In an A/B comparison every metric is a question of its own; in a gate only what is judged. */
function isFamilyMember(question: Question, series: MetricSeries, all: readonly MetricSeries[]): boolean {
  return question.kind === "ab" || isJudgedAmong(question, series, all);
}

function isJudgedAmong(question: Question, series: MetricSeries, all: readonly MetricSeries[]): boolean {
  const hasThroughput = all.some(({ metric, phase }) => metric === "throughput" && phase === series.phase);
  return isJudged(question, series, hasThroughput);
}

interface LookContext {
  readonly question: Question;
  readonly all: readonly MetricSeries[];
  readonly passLevel: number | undefined;
  readonly isLast: boolean;
  /** The error of the whole family. */
  readonly alpha: number;
}

/** Holm's steps: what is decided at a level leaves it to the others, which are looked at again. */
function evaluateFamily(
  context: LookContext,
  levels: readonly number[],
  chosen: readonly MetricSeries[],
): Evaluation[] {
  const { question, all } = context;
  const members = new Set(chosen.filter((series) => isFamilyMember(question, series, all)));
  const decided = new Map<MetricSeries, Evaluation>();
  // Those that are expected and have no figures yet count as others.
  const absent = Math.max(0, levels.length - members.size);
  for (;;) {
    const others = Math.max(0, members.size + absent - decided.size - 1);
    const look = (series: MetricSeries): Evaluation => evaluate(context, series, levels, others);
    const news = [...members]
      .filter((series) => !decided.has(series))
      .map(look)
      .filter(({ verdict }) => verdict === "worse" || verdict === "better");
    for (const evaluation of news) decided.set(evaluation.series, evaluation);
    if (news.length > 0) continue;
    return chosen.map((series) => decided.get(series) ?? look(series));
  }
}

function evaluate(
  { question, all, passLevel, isLast, alpha }: LookContext,
  series: MetricSeries,
  levels: readonly number[],
  others: number,
): Evaluation {
  const level = levels[others] ?? levels.at(-1) ?? 0;
  const lowAlpha = alpha / (others + 1);
  const margin = worseMargin(question, series);
  const own = series.interval(level);
  const passing = passLevel === undefined ? own : series.interval(passLevel);
  const bounds: Bounds = {
    estimate: series.estimate(),
    low: own?.[0] ?? Number.NEGATIVE_INFINITY,
    high: passing?.[1] ?? Number.POSITIVE_INFINITY,
  };
  const judged = isJudgedAmong(question, series, all);
  return {
    series,
    bounds,
    lowAlpha,
    highAlpha: passLevel === undefined ? lowAlpha : question.beta,
    highLevel: passLevel ?? level,
    margin,
    judged,
    // Better, too, is said at the level that all of them share.
    verdict: decideVerdict(bounds, margin, own?.[1] ?? Number.POSITIVE_INFINITY),
    ...(judged && question.kind === "gate" ? { outcome: decideGate(bounds, margin, isLast) } : {}),
  };
}

/** Whether nothing more is to be learned: a gate has failed or passed in everything; an A/B has an answer to all that is judged. */
export function isDecided({ kind }: Question, evaluations: readonly Evaluation[]): boolean {
  const judged = evaluations.filter((evaluation) => evaluation.judged);
  if (kind === "ab") return judged.every(({ verdict }) => verdict !== "inconclusive");
  if (judged.some(({ outcome }) => outcome === "fail")) return true;
  return judged.every(({ outcome }) => outcome === "pass");
}
