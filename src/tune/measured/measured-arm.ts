import { armTrials } from "../../judge/compare/arm-trials.ts";
import { type ArmMetric, readArm } from "../../judge/compare/pair-metrics.ts";
import { judgeTargets } from "../../judge/targets.ts";
import { isLeftToTarget } from "../../measure/left-to-target.ts";
import type { ArmFigures } from "../../measure/pair.ts";
import type { TrialFigure } from "../../measure/tuning.ts";
import type { TargetRule, TuningSpec } from "../../scenario/scenario.ts";
import { readMisses } from "../misses.ts";
import type { MeasuredArm } from "../rig.ts";
import { readScore } from "../score.ts";

/**
 * What came of one arm that was measured. It counts as not working where its work was wrong by its own checks (but for those
 * that one of the scenario's `targets` on the same figure allows), or where a metric that the objective or a target needs
 * has no value.
 */
export function measuredArm(
  { objective, subjectTo }: TuningSpec,
  targets: readonly TargetRule[],
  figures: ArmFigures,
): MeasuredArm {
  const failure = findWrong(targets, figures) ?? findEmpty(figures);
  if (failure !== undefined) return brokenArm(failure, figuresOf(objective, figures));
  const { score, missing: term } = readScore(objective, figures);
  const { misses, missing: rule } = readMisses(subjectTo, figures);
  if (term !== undefined) return brokenArm(noValue(term.metric, term.phase), figuresOf(objective, figures));
  if (rule !== undefined)
    return brokenArm(noValue(rule.metricName, rule.phase), figuresOf(objective, figures));
  return { score, misses, figures: figuresOf(objective, figures) };
}

/** An arm that did not work, and why. */
export function brokenArm(failure: string, figures: readonly TrialFigure[] = []): MeasuredArm {
  return { score: undefined, misses: [], figures, failure };
}

function noValue(metric: string, phase: string | undefined): string {
  return `${metric}${phase === undefined ? "" : ` in ${phase}`} has no value that can be compared`;
}

function findWrong(targets: readonly TargetRule[], figures: ArmFigures): string | undefined {
  const allowed = targets.filter(({ metric }) => metric.kind === "figure" || metric.kind === "error_rate");
  const verdicts = judgeTargets(allowed, armTrials([figures]));
  const names = figures.phases.map(({ phase }) => phase);
  const wrong = figures.checks.find((check) => !check.ok && !isLeftToTarget(verdicts, check, names));
  return wrong && `the work was wrong: ${wrong.name} does not hold; ${wrong.detail}`;
}

function findEmpty({ phases }: ArmFigures): string | undefined {
  const empty = phases.find(({ completed }) => completed === 0);
  if (empty === undefined) return undefined;
  const [error] = empty.errors;
  const why =
    error === undefined
      ? "nor did any fail: the rate is too low, or the target too slow, for slices"
      : `${empty.failed} failed, the first with ${error.kind}: ${error.sample}`;
  return `completed no operation in ${empty.phase}; ${why}`;
}

/** What people read of every phase, whatever the objective is. */
const shown: readonly string[] = ["p50", "p99", "throughput", "error_rate", "cpu_per_op"];

function figuresOf({ terms }: TuningSpec["objective"], figures: ArmFigures): TrialFigure[] {
  const isShown = ({ metric, phase }: ArmMetric): boolean =>
    (phase !== undefined && shown.includes(metric)) ||
    terms.some((term) => term.metric === metric && term.phase === phase);
  return readArm(figures).flatMap((metric) => {
    const { metric: name, phase, unit, value } = metric;
    if (value === undefined || !isShown(metric)) return [];
    return [{ metric: name, ...(phase === undefined ? {} : { phase }), unit, value }];
  });
}
