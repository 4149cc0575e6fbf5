import type {
  Comparison,
  ComparisonOutcome,
  MetricComparison,
  VariantInfo,
  VariantPhase,
} from "../../measure/comparison.ts";
import { countOfPairs, metricName } from "../../measure/comparison-wording.ts";
import { isLeftToTarget } from "../../measure/left-to-target.ts";
import { meansWarning } from "../../measure/means-warning.ts";
import type { ArmFigures } from "../../measure/pair.ts";
import type { CheckResult, Verdict } from "../../measure/result.ts";
import { describePhase } from "../../scenario/load-shapes.ts";
import type { Scenario } from "../../scenario/scenario.ts";
import { judgeTargets } from "../targets.ts";
import { armTrials, mergeArms } from "./arm-trials.ts";
import type { Compared } from "./measure-until-known.ts";
import { toMetricComparison } from "./metric-comparison.ts";
import { missingMetrics } from "./missing-metrics.ts";
import type { Question } from "./question.ts";

/** What a comparison is made of. */
export interface ComparisonFacts {
  /** The candidate's. */
  readonly scenario: Scenario;
  readonly base: VariantInfo;
  readonly candidate: VariantInfo;
  readonly question: Question;
  readonly compared: Compared;
  readonly seed: number;
  readonly budgetMs: number;
  /** Where the base was recorded earlier: its latencies. */
  readonly recorded?: readonly VariantPhase[];
}

/** Puts everything that is known of a comparison together, and says what it came to. */
export function makeComparison(facts: ComparisonFacts): Comparison {
  const { scenario, base, candidate, question, compared, seed, budgetMs } = facts;
  const { units, evaluations, tookMs, stoppedBy } = compared;
  const pairMs = tookMs / Math.max(1, units.length);
  const metrics = [
    ...missingMetrics(question, scenario, evaluations),
    ...evaluations.map((evaluation) => toMetricComparison(evaluation, question, pairMs)),
  ];
  const arms = units.map((unit) => unit.candidate);
  const baseArms = units.flatMap((unit) => unit.base ?? []);
  const verdicts = question.kind === "gate" && arms.length > 0 ? judgeScenario(scenario, arms) : [];
  const checks = arms.flatMap((arm) => arm.checks);
  const bad = baseArms.flatMap((arm) => arm.checks).find(({ ok }) => !ok);
  return {
    scenario: describeScenario(scenario),
    base,
    candidate,
    ...decide(facts, metrics, verdicts, checks),
    metrics,
    verdicts,
    checks,
    basePhases: facts.recorded ?? mergeArms(baseArms),
    candidatePhases: mergeArms(arms),
    seed,
    pairs: units.length,
    design: facts.recorded === undefined ? "twin" : "baseline",
    stoppedBy,
    tookMs,
    budgetMs,
    invalid: [],
    warnings: [
      ...(bad === undefined ? [] : [`the work of ${base.name} was wrong: ${bad.name}: ${bad.detail}`]),
      ...meansWarnings(metrics, arms),
      ...(compared.warnings ?? []),
    ],
  };
}

/** Of the phases in which a latency is judged. */
function meansWarnings(metrics: readonly MetricComparison[], [first]: readonly ArmFigures[]): string[] {
  const judged = metrics.filter(({ judged, metric }) => judged && metric.startsWith("p"));
  return (first?.phases ?? []).flatMap(({ phase, operationsPerSample }) => {
    const isJudged = judged.some((metric) => metric.phase === phase);
    return isJudged && operationsPerSample !== undefined ? [meansWarning(phase, operationsPerSample)] : [];
  });
}

/** A scenario as results show it. */
export function describeScenario(scenario: Scenario): Comparison["scenario"] {
  return {
    name: scenario.name,
    why: scenario.why,
    file: scenario.file,
    source: scenario.source,
    target: scenario.target.kind,
    phases: scenario.load.map((phase) => ({ phase: phase.phase, summary: describePhase(phase) })),
  };
}

/** What a target counts itself is known of the first process, the only one whose work was checked. */
function judgeScenario({ targets }: Scenario, arms: readonly ArmFigures[]): Verdict[] {
  const trials = armTrials(arms);
  return targets.flatMap((rule) =>
    judgeTargets([rule], rule.metric.kind === "figure" ? trials.slice(0, 1) : trials),
  );
}

interface Decision {
  readonly outcome: ComparisonOutcome;
  readonly reason: string;
}

/** As in a run: what happened outranks what was measured, and work that was wrong outranks how fast it was. */
function decide(
  { base, candidate, question, compared }: ComparisonFacts,
  metrics: readonly MetricComparison[],
  verdicts: readonly Verdict[],
  checks: readonly CheckResult[],
): Decision {
  const { failure, stoppedBy, units } = compared;
  if (stoppedBy === "interrupted") {
    return {
      outcome: "interrupted",
      reason: `The comparison was interrupted after ${countOfPairs(units.length)}.`,
    };
  }
  if (failure !== undefined) {
    const { message, code } = failure.error;
    const outcome = isSetup(code) ? "setup_failed" : failure.side === "candidate" ? "fail" : "invalid";
    return { outcome, reason: sentence(message) };
  }
  // Wrong answers are in the error rate, which every comparison judges.
  const wrong = checks.find(
    (check) => !check.ok && check.metric === undefined && !isLeftToTarget(verdicts, check, []),
  );
  if (wrong !== undefined) {
    const reason = `The work of ${candidate.name} was wrong: ${wrong.name} does not hold; ${wrong.detail}.`;
    return { outcome: "fail", reason };
  }
  return question.kind === "gate"
    ? decideGateOutcome(metrics, verdicts)
    : describeAb(metrics, base, candidate);
}

function isSetup(code: string): boolean {
  return code === "setup" || code === "conflict" || code === "unsupported";
}

function decideGateOutcome(metrics: readonly MetricComparison[], verdicts: readonly Verdict[]): Decision {
  const worst = metrics
    .filter(({ outcome }) => outcome === "fail")
    .toSorted((a, b) => excess(b) - excess(a))[0];
  if (worst !== undefined) return { outcome: "fail", reason: worst.sentence };
  const missed = verdicts.find(({ outcome }) => outcome === "fail");
  if (missed !== undefined) return { outcome: "fail", reason: missed.sentence };
  const judged = metrics.filter((metric) => metric.judged);
  const open = judged.find(({ outcome }) => outcome === "inconclusive");
  if (open !== undefined) return { outcome: "inconclusive", reason: open.sentence };
  if (judged.length === 0)
    return { outcome: "inconclusive", reason: "There were too few pairs to judge anything." };
  const closest = judged
    .filter(({ scale }) => scale === "ratio")
    .toSorted((a, b) => excess(b) - excess(a))[0];
  const all =
    judged.length === 1
      ? "Nothing is worse."
      : `None of ${judged.length} judged metrics is worse by its margin.`;
  return { outcome: "pass", reason: closest === undefined ? all : `${all} The closest: ${closest.sentence}` };
}

/** The worsening in margins. */
function excess({ estimate = 1, scale, higherIsBetter, margin }: MetricComparison): number {
  const change = scale === "difference" ? estimate : estimate - 1;
  return (higherIsBetter ? -change : change) / Math.max(margin, 1e-9);
}

/** Which of the two is faster, by what is judged. */
function describeAb(
  metrics: readonly MetricComparison[],
  base: VariantInfo,
  candidate: VariantInfo,
): Decision {
  const leading = metrics.filter(({ judged, metric }) => judged && metric !== "error_rate");
  const errors = metrics.find(({ metric, verdict }) => metric === "error_rate" && verdict === "worse");
  const besides = errors === undefined ? "" : ` But ${errors.sentence}`;
  const [first] = leading;
  if (first === undefined)
    return { outcome: "inconclusive", reason: "There were too few pairs to say anything." };
  const found = leading.find(({ verdict }) => verdict === "worse" || verdict === "better");
  if (found !== undefined) {
    const isFaster = found.verdict === "better";
    const who = `${candidate.name} is ${isFaster ? "faster" : "slower"} than ${base.name}`;
    return { outcome: "pass", reason: `${who}: ${found.sentence}${besides}` };
  }
  const open = leading.find(({ verdict }) => verdict === "inconclusive");
  if (open !== undefined) {
    const reason = `It is not known which of ${base.name} and ${candidate.name} is faster: ${open.sentence}${besides}`;
    return { outcome: "inconclusive", reason };
  }
  const all = leading.map(metricName).join(" and ");
  return {
    outcome: "pass",
    reason: `${candidate.name} is as fast as ${base.name} within the margin, in ${all}: ${first.sentence}${besides}`,
  };
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

function sentence(text: string): string {
  const line = text.split("\n").join(" ").trim();
  return /[.!?]$/.test(line) ? capital(line) : `${capital(line)}.`;
}
