import { formatRate, formatRatio } from "../../base/units.ts";
import { judgeTargets } from "../../judge/targets.ts";
import type { CapacityLevel, LevelFigure } from "../../measure/capacity.ts";
import { formatMetric } from "../../measure/format-metric.ts";
import type { PhaseResult, TrialResult, Verdict } from "../../measure/result.ts";
import type { TargetRule } from "../../scenario/scenario.ts";
import { opposite } from "../../scenario/until.ts";
import { decodeHistogram } from "../../stats/histogram.ts";

/** What one rate came to, before its place in the search is known. */
export interface LevelMeasured
  extends Pick<
    CapacityLevel,
    "outcome" | "reason" | "achievedPerSec" | "figures" | "p50" | "p99" | "failed" | "completed" | "lostRatio"
  > {
  /** ln of the worst figure by its limit; infinite where there is only a yes or a no. */
  readonly excess: number;
  /** The standard error of that, from the level's own samples; 0 where it is not known. */
  readonly error: number;
}

/** A queue that grows in the second half of the hold by this share of what was asked for then is not kept up with. */
const mostGrowth = 0.05;
/** An open loop must send at least this share of its operations before the phase is over. */
const leastInTime = 0.99;
/** Where no condition speaks of errors, at least this share of what was asked for must be done. */
const leastDone = 0.99;
/** The half width of a 95 % interval in standard errors. */
const z = 1.96;

/** Judges a trial with one measured phase at one rate by the conditions, each of which is too much where it holds. */
export function judgeLevel(until: readonly TargetRule[], trial: TrialResult): LevelMeasured {
  const phase = trial.phases.find(({ kind }) => kind === "measured");
  if (phase === undefined || trial.failure !== undefined)
    return nothing(trial.failure?.message ?? "nothing was measured");
  const verdicts = judgeTargets(until.map(opposite), [trial]);
  const figures = until.map((rule, i) => figureOf(rule, verdicts[i]));
  const response = decodeHistogram(phase.response);
  const measured = {
    figures,
    achievedPerSec: (phase.completed * 1000) / phase.durationMs,
    completed: phase.completed,
    failed: phase.failed,
    lostRatio: phase.hiccups.lostRatio,
    ...(response.count === 0 ? {} : { p50: response.quantile(0.5), p99: response.quantile(0.99) }),
  };
  const wrong = trial.checks.find(({ ok }) => !ok);
  if (wrong !== undefined) {
    return { ...measured, ...no, outcome: "broken", reason: `its work was wrong: ${wrong.detail}` };
  }
  const broken = figures.filter(({ isBroken }) => isBroken);
  const isLate = phase.sentInTime < leastInTime * phase.asked;
  if (isLate || (broken.length > 0 && isLagAlone(until, phase, trial))) {
    return { ...measured, ...no, outcome: "generator", reason: generatorText(phase, isLate, broken) };
  }
  const notCarried = (namesErrors(until) ? undefined : lossText(phase)) ?? queueGrowth(trial);
  if (notCarried !== undefined) {
    return { ...measured, ...no, outcome: "broken", reason: notCarried };
  }
  const [first] = broken;
  return {
    ...measured,
    ...excessOf(figures),
    outcome: first === undefined ? "met" : "broken",
    reason: first === undefined ? figures.map(valueText).join(", ") : broken.map(brokenText).join(", "),
  };
}

const no = { excess: Number.POSITIVE_INFINITY, error: 0 } as const;

function nothing(reason: string): LevelMeasured {
  const none = { achievedPerSec: 0, figures: [], completed: 0, failed: 0, lostRatio: 0 };
  return { ...none, ...no, outcome: "broken", reason };
}

function figureOf(rule: TargetRule, verdict: Verdict | undefined): LevelFigure {
  const { measured, interval, unit = "count" } = verdict ?? {};
  const head = { condition: rule.text, metricName: rule.metricName, unit, limit: rule.limit };
  if (measured === undefined) return { ...head, isBroken: true };
  // By the value alone: whether there are samples enough is a matter of the search's own statistics.
  const isBroken = rule.op.startsWith(">")
    ? measured > rule.limit || (rule.op === ">=" && measured === rule.limit)
    : measured < rule.limit || (rule.op === "<=" && measured === rule.limit);
  return { ...head, value: measured, isBroken, ...(interval === undefined ? {} : { interval }) };
}

/** The worst of the figures, as ln of the value by its limit. Of availability what fails is held against what may. */
function excessOf(figures: readonly LevelFigure[]): Pick<LevelMeasured, "excess" | "error"> {
  const known = figures.map((figure) => {
    const { value = Number.NaN, interval, limit, isBroken, metricName } = figure;
    const bad = (x: number): number => (metricName === "availability" ? 1 - x : x);
    const raw = Math.log(bad(value) / bad(limit));
    const excess = Number.isFinite(raw) ? onItsSide(raw, isBroken) : yesOrNo(isBroken);
    const [low = 0, high = 0] = interval ?? [];
    const width = Math.abs(Math.log(bad(high) / bad(low)));
    return { excess, error: Number.isFinite(width) ? width / (2 * z) : 0 };
  });
  return known.toSorted((a, b) => b.excess - a.excess)[0] ?? no;
}

/** A value at its very limit is on the side that the condition says. */
function onItsSide(raw: number, isBroken: boolean): number {
  return isBroken ? Math.max(raw, Number.EPSILON) : Math.min(raw, 0);
}

/** All that there is where a limit is 0, or nothing was measured. */
function yesOrNo(isBroken: boolean): number {
  return isBroken ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
}

/** Whether the conditions would hold without the time that the sender was late: from sent to done. */
function isLagAlone(until: readonly TargetRule[], phase: PhaseResult, trial: TrialResult): boolean {
  const served = { ...trial, phases: [{ ...phase, response: phase.service }] };
  const verdicts = judgeTargets(until.map(opposite), [served]);
  return until.every((rule, i) => !figureOf(rule, verdicts[i]).isBroken);
}

function generatorText(phase: PhaseResult, isLate: boolean, broken: readonly LevelFigure[]): string {
  if (!isLate) return `${broken.map(brokenText).join(", ")}, all of it because operations were sent late`;
  const sent = formatRate((phase.sentInTime * 1000) / phase.durationMs);
  return `the process that sends (and holds an in-process target) came to ${sent}`;
}

function namesErrors(until: readonly TargetRule[]): boolean {
  return until.some(({ metric }) => metric.kind === "error_rate" || metric.kind === "availability");
}

/** Why a rate is not carried, though what was answered may be in time: too little of it was. */
function lossText({ asked, completed, failed }: PhaseResult): string | undefined {
  if (completed >= leastDone * asked) return undefined;
  return failed > 0
    ? `${formatRatio(failed / asked)} failed`
    : `${formatRatio(1 - completed / asked)} were not answered`;
}

/** Why a rate is not kept up with, though each answer may be in time: its queue grows. */
function queueGrowth({ timeline }: TrialResult): string | undefined {
  const rows = timeline.filter(({ kind }) => kind === "measured").filter(({ offered }) => offered > 0);
  const second = rows.slice(Math.floor(rows.length / 2));
  const [before, last] = [rows[Math.floor(rows.length / 2) - 1], rows.at(-1)];
  if (before === undefined || last === undefined) return undefined;
  const offered = second.reduce((sum, row) => sum + row.offered, 0);
  // A queue that a stall has left at the very end was not there a row before.
  const growth = Math.min(last.inFlight, rows.at(-2)?.inFlight ?? 0) - before.inFlight;
  if (growth <= mostGrowth * offered + 3 * Math.sqrt(offered)) return undefined;
  return `its queue grew by ${growth} operations in half of the hold, so it does not keep up`;
}

function valueText({ metricName, value, unit }: LevelFigure): string {
  return `${metricName} ${value === undefined ? "not measured" : formatMetric(value, unit)}`;
}

function brokenText(figure: LevelFigure): string {
  if (figure.value === undefined) return `${figure.metricName} could not be measured`;
  const sign = figure.metricName === "availability" ? "<" : ">";
  return `${valueText(figure)} ${sign} ${formatMetric(figure.limit, figure.unit)}`;
}
