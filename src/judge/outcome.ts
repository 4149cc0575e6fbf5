import type { ErrorCode } from "../base/errors.ts";
import { isLeftToTarget } from "../measure/left-to-target.ts";
import type { PhaseResult, RunOutcome, TrialResult, Verdict } from "../measure/result.ts";

/** What a run came to. */
export interface Outcome {
  readonly outcome: RunOutcome;
  readonly exitCode: number;
  /** The first sentence of the report. */
  readonly reason: string;
}

/** Everything that bears on the outcome. */
export interface Evidence {
  readonly trials: readonly TrialResult[];
  readonly verdicts: readonly Verdict[];
  readonly invalid: readonly string[];
  readonly interrupted?: "SIGINT" | "SIGTERM";
  readonly setupError?: Error;
}

/**
 * Decides the outcome. What happened outranks what was measured: an interrupt, then a target that could not be set up,
 * then work that was wrong (events lost: that is true however noisy the machine was), then an invalid measurement, which
 * proves neither a pass nor a failure, then the targets.
 */
export function decideOutcome({ trials, verdicts, invalid, interrupted, setupError }: Evidence): Outcome {
  if (interrupted !== undefined) {
    const exitCode = interrupted === "SIGTERM" ? 143 : 130;
    return {
      outcome: "interrupted",
      exitCode,
      reason: "The run was interrupted; what was measured until then is here.",
    };
  }
  if (setupError !== undefined)
    return { outcome: "setup_failed", exitCode: 4, reason: sentence(setupError.message) };
  const measured = trials.flatMap(({ phases }) => phases).filter(({ kind }) => kind === "measured");
  const names = measured.map(({ phase }) => phase);
  const wrong = trials
    .flatMap(({ checks }) => checks)
    .find((check) => !check.ok && !isLeftToTarget(verdicts, check, names));
  if (wrong !== undefined) {
    return {
      outcome: "fail",
      exitCode: 1,
      reason: `The target's work was wrong: ${wrong.name} does not hold; ${wrong.detail}.`,
    };
  }
  const unanswered = nothingAnswered(measured, verdicts);
  if (unanswered !== undefined) return unanswered;
  if (invalid.length > 0) return { outcome: "invalid", exitCode: 3, reason: sentence(invalid[0] ?? "") };
  return decideByTargets(verdicts);
}

/** A load of which nothing at all was answered is no pass, whatever the targets are; undefined where there is none. */
function nothingAnswered(
  measured: readonly PhaseResult[],
  verdicts: readonly Verdict[],
): Outcome | undefined {
  const failed = measured.reduce((sum, phase) => sum + phase.failed, 0);
  if (failed === 0 || measured.some(({ completed }) => completed > 0)) return undefined;
  // Whoever asks for errors, and gets them, has what was wanted.
  const isWanted = verdicts.some((one) => one.metricName === "error_rate" && one.outcome === "pass");
  if (isWanted) return undefined;
  const errors = measured.flatMap((phase) => phase.errors);
  const isAway = errors.every(({ kind }) => kind === "unavailable");
  const reason = `Nothing was answered: all ${failed} operations failed, the first with ${errors[0]?.kind}: ${errors[0]?.sample}.`;
  return isAway ? { outcome: "setup_failed", exitCode: 4, reason } : { outcome: "fail", exitCode: 1, reason };
}

function decideByTargets(verdicts: readonly Verdict[]): Outcome {
  const failed = verdicts.filter(({ outcome }) => outcome === "fail");
  const worst = failed.toSorted((a, b) => (a.marginRatio ?? 0) - (b.marginRatio ?? 0))[0];
  if (worst !== undefined) {
    const others = failed.length > 1 ? ` ${failed.length} of ${verdicts.length} targets failed.` : "";
    return { outcome: "fail", exitCode: 1, reason: `${worst.sentence}${others}` };
  }
  const open = verdicts.find(({ outcome }) => outcome === "inconclusive");
  if (open !== undefined) return { outcome: "inconclusive", exitCode: 3, reason: open.sentence };
  if (verdicts.length === 0)
    return { outcome: "pass", exitCode: 0, reason: "The run was completed; it names no targets." };
  // What must be exactly so has no margin to tell of.
  const withMargin = verdicts.filter(({ op }) => op !== "==");
  const closest =
    withMargin.toSorted((a, b) => (a.marginRatio ?? 0) - (b.marginRatio ?? 0))[0] ?? verdicts[0];
  const all = verdicts.length === 1 ? "The target is met." : `All ${verdicts.length} targets are met.`;
  return { outcome: "pass", exitCode: 0, reason: `${all} The closest: ${closest?.sentence ?? ""}` };
}

/** The first line of a text as a sentence: with a capital and a full stop. */
export function sentence(text: string): string {
  const line = text.split("\n")[0] ?? "";
  const capital = line.slice(0, 1).toUpperCase() + line.slice(1);
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
}

const meanings: Readonly<Record<number, string>> = {
  0: "all targets pass",
  1: "a target failed",
  2: "usage or scenario error",
  3: "inconclusive, or an invalid measurement",
  4: "the target could not be set up or reached",
  70: "a fault of dyno's own",
  130: "interrupted (SIGINT); the partial results were written",
  143: "ended (SIGTERM); the partial results were written",
};

/** What an exit code of dyno means. */
export function exitMeaning(exitCode: number): string {
  return meanings[exitCode] ?? "an exit code that dyno does not give";
}

const errorExitCodes: Readonly<Record<ErrorCode, number>> = {
  usage: 2,
  scenario: 2,
  setup: 4,
  unavailable: 4,
  overload: 4,
  rejected: 4,
  conflict: 4,
  unsupported: 2,
  corrupt: 4,
  aborted: 130,
  timeout: 4,
  closed: 70,
  internal: 70,
};

/** The exit code of an error that ends a command. */
export function errorExitCode(code: ErrorCode): number {
  return errorExitCodes[code];
}
