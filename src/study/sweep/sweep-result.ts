import { createRandom, deriveSeed } from "../../base/random.ts";
import { formatCount, formatRate, formatRatio } from "../../base/units.ts";
import { describeScenario } from "../../judge/compare/make-comparison.ts";
import { checkValidity } from "../../judge/validity.ts";
import { mergePhases } from "../../measure/merge-phases.ts";
import { peakRange } from "../../measure/peak-range.ts";
import type { TrialResult } from "../../measure/result.ts";
import {
  leastExplained,
  type ScalingLaw,
  type SweepLevel,
  type SweepResult,
  sweepSchemaVersion,
} from "../../measure/sweep.ts";
import type { SweepSpec } from "../../scenario/scenario.ts";
import { type StudyFacts, unfinished } from "../study-facts.ts";
import { levelPhase } from "./run-sweep.ts";
import { fitLaw } from "./scaling-law.ts";
import { judgeSweep } from "./sweep-targets.ts";

/** What the result of a sweep is made of. */
export interface SweepFacts extends StudyFacts {
  readonly spec: SweepSpec;
  /** One a round. */
  readonly trials: readonly TrialResult[];
}

/** Where more of the operations of a level failed, it is told. */
const mostFailed = 0.01;
/** Where more failed, its throughput is not that of the target's work. */
const mostlyFailed = 0.5;

/** Puts everything that is known of a sweep together, fits the law, and says what it came to. */
export function makeSweepResult(facts: SweepFacts): SweepResult {
  const { scenario, spec, trials } = facts;
  const levels = levelsOf(spec, trials);
  const law = fitLaw(levels, createRandom(deriveSeed(scenario.seed, "scaling law")));
  const targets = judgeSweep(scenario.targets, spec.clients, trials);
  const { invalid } = checkValidity({ ...scenario, targets: [] }, trials, []);
  return {
    schemaVersion: sweepSchemaVersion,
    kind: "sweep",
    name: scenario.name,
    scenario: describeScenario(scenario),
    seed: scenario.seed,
    command: facts.command,
    startedAt: facts.startedAt.toISOString(),
    durationMs: facts.durationMs,
    holdMs: spec.holdMs,
    rounds: spec.rounds,
    levels,
    ...(law === undefined ? {} : { law }),
    targets,
    ...(unfinished(facts) ??
      decide(levels, law, targets, [...invalid, ...wrongWork(trials), ...uselessLevels(levels)])),
    warnings: [
      ...errorWarnings(levels),
      ...lawWarnings(law, levels),
      ...busyWarnings(trials),
      ...warningsOf(trials),
    ],
    environment: facts.environment,
  };
}

function levelsOf({ clients }: SweepSpec, trials: readonly TrialResult[]): SweepLevel[] {
  const merged = new Map(mergePhases(trials).map((phase) => [phase.phase, phase]));
  return clients.flatMap((count) => {
    const name = levelPhase(count);
    const phase = merged.get(name);
    if (phase === undefined) return [];
    const perRound = trials.flatMap(({ phases }) =>
      phases.flatMap(({ phase: one, kind, completed, durationMs }) =>
        one === name && kind === "measured" ? [(completed * 1000) / durationMs] : [],
      ),
    );
    const estimate = perRound.reduce((sum, perSec) => sum + perSec, 0) / perRound.length;
    const { response, completed, failed } = phase;
    return [
      {
        clients: count,
        perRound,
        throughput: { low: Math.min(...perRound), estimate, high: Math.max(...perRound) },
        ...(response.count === 0 ? {} : { p50: response.quantile(0.5), p99: response.quantile(0.99) }),
        completed,
        failed,
      },
    ];
  });
}

function wrongWork(trials: readonly TrialResult[]): string[] {
  const wrong = trials.flatMap(({ checks }) => checks).find(({ ok }) => !ok);
  return wrong === undefined ? [] : [`the target's work was wrong: ${wrong.name}: ${wrong.detail}`];
}

function failedShare({ completed, failed }: SweepLevel): number {
  return failed === 0 ? 0 : failed / (completed + failed);
}

function uselessLevels(levels: readonly SweepLevel[]): string[] {
  return levels
    .filter((level) => failedShare(level) > mostlyFailed)
    .map(
      (level) =>
        `at ${clientsText(level.clients)} ${formatRatio(failedShare(level))} of the operations failed, so that throughput there is not that of the target's work`,
    );
}

/** One line for all levels with errors: what failed is no throughput, and a failure may be faster than the work. */
function errorWarnings(levels: readonly SweepLevel[]): string[] {
  const failing = levels.filter((level) => failedShare(level) > mostFailed);
  if (failing.length === 0) return [];
  const texts = failing.map((level) => `${formatRatio(failedShare(level))} at ${clientsText(level.clients)}`);
  return [`operations failed, which counts as no throughput: ${texts.join(", ")}`];
}

function clientsText(clients: number): string {
  return `${formatCount(clients)} client${clients === 1 ? "" : "s"}`;
}

function decide(
  levels: readonly SweepLevel[],
  law: ScalingLaw | undefined,
  targets: SweepResult["targets"],
  invalid: readonly string[],
): Pick<SweepResult, "outcome" | "exitCode" | "reason"> {
  const [first] = invalid;
  if (first !== undefined) {
    const reason = `${first.slice(0, 1).toUpperCase()}${first.slice(1)}.`;
    return { outcome: "invalid", exitCode: 3, reason };
  }
  const missed = targets.find(({ metAt }) => metAt.length === 0);
  if (missed !== undefined)
    return { outcome: "fail", exitCode: 1, reason: `${missed.text}: ${missed.sentence}` };
  const ends = targets.map(({ text, sentence }) => ` ${text}: ${sentence}`).join("");
  return { outcome: "measured", exitCode: 0, reason: `${lawSentence(levels, law)}${ends}` };
}

function lawSentence(levels: readonly SweepLevel[], law: ScalingLaw | undefined): string {
  const best = levels.toSorted((a, b) => b.throughput.estimate - a.throughput.estimate)[0];
  const most =
    best === undefined
      ? "Nothing was measured"
      : `The most was ${formatRate(best.throughput.estimate)}, at ${formatCount(best.clients)} clients`;
  if (law === undefined || law.r2 < leastExplained) return `${most}.`;
  if (law.peak === undefined) return `${most}; the law has no peak near what was measured.`;
  const { clients, perSec } = law.peak;
  return `${most}; by the law the peak is at ${formatCount(clients.estimate)} clients (${peakRange(clients)}), with ${formatRate(perSec)}.`;
}

/** A thread that only sleeps may lose this share of its time before it is told. */
const mostLost = 0.2;

/** One line for all phases in which the machine was busy: so many clients make it so by themselves. */
function busyWarnings(trials: readonly TrialResult[]): string[] {
  const phases = trials.flatMap(({ phases }) => phases).filter(({ kind }) => kind === "measured");
  const busy = phases.filter(({ hiccups }) => hiccups.lostRatio > mostLost);
  if (busy.length === 0) return [];
  const worst = formatRatio(Math.max(...busy.map(({ hiccups }) => hiccups.lostRatio)));
  return [
    `all cores were busy in ${busy.length} of ${phases.length} measurements (a thread that only sleeps lost up to ${worst} of its time): the machine, and not the target, may be what does not scale`,
  ];
}

function warningsOf(trials: readonly TrialResult[]): string[] {
  return trials.flatMap(({ warnings }) => warnings);
}

function lawWarnings(law: ScalingLaw | undefined, levels: readonly SweepLevel[]): string[] {
  if (law === undefined) return ["there were too few levels for the law of scalability"];
  const most = levels.at(-1)?.clients ?? 1;
  const warnings: string[] = [];
  if (law.r2 < leastExplained) {
    warnings.push(
      `the law explains ${Math.max(0, Math.round(law.r2 * 100))} % of the spread of the levels only: believe the points and not the curve`,
    );
  } else if (law.peak === undefined) {
    warnings.push(
      `throughput does not turn down within ${formatCount(most)} clients, so there is no telling where its peak is; sweep further`,
    );
  } else if (law.peak.clients.estimate > most) {
    warnings.push("the peak lies beyond what was measured: it is foretold, not seen");
  }
  return warnings;
}
