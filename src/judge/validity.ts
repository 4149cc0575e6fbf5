import { formatDuration, formatRate, formatRatio } from "../base/units.ts";
import { meansWarning } from "../measure/means-warning.ts";
import type { PhaseResult, TrialResult, Verdict } from "../measure/result.ts";
import type { Metric, Scenario, TargetRule } from "../scenario/scenario.ts";
import { decodeHistogram } from "../stats/histogram.ts";

/** Whether a measurement can be trusted. */
export interface Validity {
  /** Why it cannot; empty where it can. */
  readonly invalid: readonly string[];
  /** What a reader should know beside. */
  readonly warnings: readonly string[];
}

/** An open loop must send at least this share of its operations before the phase is over. */
const leastInTime = 0.99;
/** The generator may add this share of a latency limit, or the floor where that is more. */
const lagShare = 0.1;
const lagFloorMicros = { typical: 100, tail: 1000 } as const;
/** From this quantile on, a machine's own hiccups show. */
const tailFrom = 0.95;
const mostLost = 0.05;
const mostSteal = 0.05;

/**
 * Finds what makes a run unfit to prove anything: the generator or the machine was the bottleneck, a trial broke down, or
 * nothing was measured.
 *
 * Faults excuse nothing but the sender's lag in their own time, which the trial leaves out; and a run in which a fault did
 * not take place is invalid, since it proves nothing about it.
 *
 * A late generator and a busy machine can only make it worse what is lost, how available the target was and how soon it
 * recovered. A phase on which nothing else is judged, and all of that passed, is valid with a warning.
 *
 * The generator's lag is held against the targets at their own quantile: a late p99 cannot move a median, and a run
 * whose p50 is judged is not thrown away for it.
 */
export function checkValidity(
  scenario: Scenario,
  trials: readonly TrialResult[],
  verdicts: readonly Verdict[],
): Validity {
  const invalid: string[] = [];
  const warnings: string[] = [];
  for (const trial of trials) {
    if (trial.failure !== undefined && trial.failure.kind !== "interrupted")
      invalid.push(failureText(trial, trials.length));
    invalid.push(...faultReasons(trial, scenario));
    warnings.push(...trial.warnings);
    for (const phase of trial.phases) {
      if (phase.kind !== "measured") continue;
      const { reasons, doubts } = phaseReasons(phase, scenario.targets);
      const isSafe = canOnlyBeBetter(phase.phase, scenario.targets, verdicts);
      const bad = isSafe ? reasons : [...reasons, ...doubts];
      invalid.push(...bad);
      if (isSafe) warnings.push(...doubts);
      if (bad.length === 0) warnings.push(...phaseWarnings(phase));
    }
  }
  if (
    trials.every(isEmpty) &&
    trials.every(({ failure }) => failure === undefined || failure.kind === "interrupted")
  ) {
    invalid.push("no operation was measured, and no data is never a pass");
  }
  // A function that is called has no queue.
  if (scenario.target.kind !== "function") warnings.push(...closedLoopWarning(trials));
  return { invalid: [...new Set(invalid)], warnings: [...new Set(warnings)] };
}

/** One line for all of them: a closed loop waits where users would not (coordinated omission; G. Tene, 2013). */
function closedLoopWarning(trials: readonly TrialResult[]): readonly string[] {
  const closed = trials.flatMap(({ phases }) =>
    phases
      .filter(({ kind, loop }) => kind === "measured" && loop === "closed")
      .map(({ phase, driver }) => (driver === undefined ? phase : `${phase} (driven by ${driver})`)),
  );
  if (closed.length === 0) return [];
  const names = [...new Set(closed)].join(", ");
  return [
    `${names}: latencies of a closed loop hide queueing, since no client sends before it is answered; an open loop shows it`,
  ];
}

function faultReasons({ marks, status }: TrialResult, { faults }: Scenario): string[] {
  const struck = marks.filter(({ fault }) => fault !== undefined);
  const troubles = struck.flatMap(({ label, problem }) =>
    problem === undefined ? [] : [`${label} ${problem}`],
  );
  const isShort = status === "completed" && struck.length < faults.length;
  return isShort ? [...troubles, `${struck.length} of ${faults.length} faults took place`] : troubles;
}

function isEmpty(trial: TrialResult): boolean {
  return !trial.phases.some(({ kind, completed, failed }) => kind === "measured" && completed + failed > 0);
}

function failureText({ trial, failure }: TrialResult, count: number): string {
  const which = count > 1 ? `trial ${trial + 1}: ` : "";
  const stderr = failure?.stderr ? `; it wrote: ${failure.stderr.split("\n").slice(-3).join(" | ")}` : "";
  return `${which}${failure?.message ?? "it has no result"}${stderr}`;
}

/** What makes a phase unfit, and what only makes its times doubtful. */
interface Unfit {
  readonly reasons: readonly string[];
  readonly doubts: readonly string[];
}

function phaseReasons(phase: PhaseResult, rules: readonly TargetRule[]): Unfit {
  if (phase.loop === "closed" || phase.asked === 0) return { reasons: [], doubts: [] };
  const known = (found: readonly (string | undefined)[]): string[] =>
    found.filter((reason) => reason !== undefined);
  return {
    reasons: known([inTimeReason(phase)]),
    doubts: known([lagReason(phase, rules), machineReason(phase)]),
  };
}

const onlyWorsened: ReadonlySet<Metric["kind"]> = new Set(["figure", "availability", "recovery"]);

function canOnlyBeBetter(phase: string, rules: readonly TargetRule[], verdicts: readonly Verdict[]): boolean {
  const judged = rules.flatMap((rule, i) =>
    rule.phase === undefined || rule.phase === phase ? [{ rule, outcome: verdicts[i]?.outcome }] : [],
  );
  return (
    judged.length > 0 &&
    judged.every(({ rule, outcome }) => onlyWorsened.has(rule.metric.kind) && outcome === "pass")
  );
}

function inTimeReason({ phase, asked, sentInTime, durationMs }: PhaseResult): string | undefined {
  if (sentInTime >= leastInTime * asked) return undefined;
  const perSec = (count: number): string => formatRate((count * 1000) / durationMs);
  return `${phase}: ${perSec(asked)} were asked for and ${perSec(sentInTime)} could be sent in time: the process that sends (and holds an in-process target) was saturated. Ask for less, or for a closed loop`;
}

function lagReason(phase: PhaseResult, rules: readonly TargetRule[]): string | undefined {
  const lag = decodeHistogram(phase.lag);
  const service = decodeHistogram(phase.service);
  if (lag.count === 0) return undefined;
  for (const quantile of [...latencyQuantiles(phase.phase, rules)]) {
    const allowed = Math.max(
      quantile.at >= tailFrom ? lagFloorMicros.tail : lagFloorMicros.typical,
      lagShare * quantile.limitMicros,
    );
    const seen = lag.quantile(quantile.at);
    if (seen <= allowed) continue;
    const who =
      phase.hiccups.p99Micros >= seen / 2
        ? "the whole machine stood still for that long"
        : service.maxMicros >= seen
          ? "the target, which shares the sender's thread, held it up"
          : "the sender was held up";
    return `${phase.phase}: the generator was ${formatDuration(seen)} late at ${quantile.name}, and ${formatDuration(allowed)} is the most that its target allows (${who})`;
  }
  return undefined;
}

interface JudgedQuantile {
  readonly name: string;
  readonly at: number;
  readonly limitMicros: number;
}

/** The quantiles that rules judge from above on this phase. Without any, the median must be in time. */
function latencyQuantiles(phase: string, rules: readonly TargetRule[]): readonly JudgedQuantile[] {
  const judged = rules.flatMap((rule): JudgedQuantile[] => {
    const concerns = rule.phase === undefined || rule.phase === phase;
    if (!concerns || rule.metric.kind !== "latency" || rule.op.startsWith(">")) return [];
    return [{ name: rule.metricName, at: rule.metric.quantile, limitMicros: rule.limit }];
  });
  return judged.length > 0 ? judged : [{ name: "p50", at: 0.5, limitMicros: 10_000 }];
}

function machineReason({ phase, hiccups, durationMs, stealMs = 0 }: PhaseResult): string | undefined {
  const steal = stealMs / durationMs;
  if (steal > mostSteal) {
    return `${phase}: the hypervisor took ${formatRatio(steal)} of a core away (steal time): measure on a quieter machine`;
  }
  if (hiccups.lostRatio <= mostLost) return undefined;
  return `${phase}: a thread that only sleeps lost ${formatRatio(hiccups.lostRatio)} of its time to a busy machine, and ${formatRatio(mostLost)} is the most: end what else is running, or measure elsewhere`;
}

function phaseWarnings(result: PhaseResult): string[] {
  const { phase, loop, hiccups, lag, sentInTime, asked, operationsPerSample } = result;
  const warnings: string[] = [];
  if (operationsPerSample !== undefined) warnings.push(meansWarning(phase, operationsPerSample));
  if (loop === "open" && sentInTime < asked) {
    const lagP99 = decodeHistogram(lag).quantile(0.99);
    if (lagP99 > lagFloorMicros.tail)
      warnings.push(`${phase}: the generator was ${formatDuration(lagP99)} late at p99`);
  }
  if (loop === "closed" && hiccups.lostRatio > 4 * mostLost) {
    warnings.push(
      `${phase}: all cores were busy (a thread that only sleeps lost ${formatRatio(hiccups.lostRatio)} of its time)`,
    );
  }
  return warnings;
}
