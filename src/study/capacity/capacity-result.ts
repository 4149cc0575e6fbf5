import { formatDuration, formatRate, formatRatio } from "../../base/units.ts";
import { describeScenario } from "../../judge/compare/make-comparison.ts";
import { judgeTargets } from "../../judge/targets.ts";
import {
  type CapacityLevel,
  type CapacityResult,
  capacitySchemaVersion,
  type RateEstimate,
} from "../../measure/capacity.ts";
import type { TrialResult, Verdict } from "../../measure/result.ts";
import type { CapacitySpec } from "../../scenario/scenario.ts";
import { type StudyFacts, unfinished } from "../study-facts.ts";
import type { CapacityFound } from "./find-capacity.ts";

/** What the result of a search for the highest rate is made of. */
export interface CapacityFacts extends StudyFacts {
  readonly spec: CapacitySpec;
  readonly found: CapacityFound;
  /** The trial that confirmed the rate; absent where there was none. */
  readonly confirmation?: TrialResult;
}

/** Puts everything that is known of a search together, and says what it came to. */
export function makeCapacityResult(facts: CapacityFacts): CapacityResult {
  const { scenario, spec, found, confirmation } = facts;
  const { levels, capacity, confirmedPerSec } = found;
  const verdicts =
    confirmation === undefined || confirmedPerSec === undefined
      ? []
      : judgeTargets(scenario.targets, [confirmation]);
  const decided = unfinished(facts) ?? decide(facts, verdicts);
  const isKnown = decided.outcome !== "none" && decided.outcome !== "at_least";
  return {
    schemaVersion: capacitySchemaVersion,
    kind: "capacity",
    name: scenario.name,
    scenario: describeScenario(scenario),
    seed: scenario.seed,
    command: facts.command,
    startedAt: facts.startedAt.toISOString(),
    durationMs: facts.durationMs,
    until: spec.until.map(({ text }) => text),
    fromRatePerSec: spec.fromRatePerSec,
    ...(spec.toRatePerSec === undefined ? {} : { toRatePerSec: spec.toRatePerSec }),
    holdMs: spec.holdMs,
    budgetMs: spec.budgetMs,
    levels,
    ...(capacity === undefined || !isKnown ? {} : { capacity }),
    ...(confirmedPerSec === undefined ? {} : { confirmedPerSec }),
    verdicts,
    ...decided,
    warnings: warningsOf(facts),
    environment: facts.environment,
  };
}

type Decided = Pick<CapacityResult, "outcome" | "exitCode" | "reason">;

function decide(facts: CapacityFacts, verdicts: readonly Verdict[]): Decided {
  const { found, spec } = facts;
  const { levels, capacity, confirmedPerSec, why } = found;
  if (why === "none") {
    const last = levels.at(-1);
    const why = last === undefined ? "" : `: ${last.reason}`;
    const mend = mendOf(last, "Begin lower (from), or ask for less");
    const reason = `Not even the lowest rate, ${formatRate(spec.fromRatePerSec)}, holds${why}. ${mend}.`;
    return { outcome: "none", exitCode: 1, reason };
  }
  if (confirmedPerSec === undefined) return unconfirmed(found);
  const failed = verdicts.find(({ outcome }) => outcome === "fail");
  if (failed !== undefined) {
    const reason = `At ${formatRate(confirmedPerSec)}, which is carried, a target is missed: ${failed.sentence}`;
    return { outcome: "fail", exitCode: 1, reason };
  }
  const bound = boundText(facts, confirmedPerSec);
  const held = heldText(levels, confirmedPerSec);
  if (capacity === undefined || bound !== undefined) {
    const isWhole = why === "top" && confirmedPerSec >= (spec.toRatePerSec ?? confirmedPerSec);
    const reason = `At least ${formatRate(confirmedPerSec)}${bound ?? ""}. ${held}`;
    return { outcome: "at_least", exitCode: isWhole ? 0 : 3, reason };
  }
  const failing = nextFailing(levels, capacity);
  const beyond =
    failing === undefined
      ? ""
      : ` The next rate that failed, ${formatRate(failing.ratePerSec)}: ${failing.reason}.`;
  return { outcome: "found", exitCode: 0, reason: `${rangeText(capacity)}.${beyond} ${held}` };
}

/** What a user may do about a level; no other search helps where the target did not answer at all. */
function mendOf(level: CapacityLevel | undefined, mend: string): string {
  return level?.completed === 0 ? "Look at the target: none of its work was done" : mend;
}

/** What was found, and that no longer run held. */
function unconfirmed({ levels, capacity }: CapacityFound): Decided {
  const last = levels.findLast(({ stage }) => stage === "confirm");
  const found = capacity === undefined ? "no rate that was too much" : rangeText(capacity);
  const why =
    last === undefined ? "there was none" : `${formatRate(last.ratePerSec)} did not hold: ${last.reason}`;
  const mend = mendOf(last, "Hold each rate longer");
  const reason = `The search found ${found}, and no longer run confirmed it: ${why}. ${mend}.`;
  return { outcome: "unconfirmed", exitCode: 3, reason };
}

/** Why what was confirmed is a lower bound and no more, to follow the rate; undefined where the capacity is known. */
function boundText({ found, spec }: CapacityFacts, confirmedPerSec: number): string | undefined {
  const { levels, capacity, why } = found;
  if (why === "top") {
    return confirmedPerSec >= (spec.toRatePerSec ?? confirmedPerSec)
      ? ", the highest rate that was asked for (to)"
      : `: a longer run did not hold ${formatRate(spec.toRatePerSec ?? 0)}, the highest rate that was asked for (to), which shorter ones did`;
  }
  if (capacity === undefined)
    return ". The budget ended before a rate was too much: give it more, or a higher `from`";
  const failing = nextFailing(levels, capacity);
  if (failing?.outcome === "generator")
    return `: the generator is the limit, and not the target. At ${formatRate(failing.ratePerSec)} ${failing.reason}`;
  const refuted = levels.find(
    ({ stage, outcome, ratePerSec }) =>
      stage === "confirm" && outcome !== "met" && ratePerSec <= capacity.low,
  );
  return refuted === undefined
    ? undefined
    : `: the search found ${rangeText(capacity)}, and a longer run did not hold ${formatRate(refuted.ratePerSec)}, which is less`;
}

/** `4 730/s [4 510/s, 4 880/s] with 95 % confidence`. */
function rangeText({ low, estimate, high }: RateEstimate): string {
  return `${formatRate(estimate)} [${formatRate(low)}, ${formatRate(high)}] with 95 % confidence`;
}

function heldText(levels: readonly CapacityLevel[], confirmedPerSec: number): string {
  const level = levels.findLast(({ stage }) => stage === "confirm");
  const long = level === undefined ? "" : ` for ${formatDuration(level.holdMs * 1000)} (${level.reason})`;
  return `A run that the search had not seen held ${formatRate(confirmedPerSec)}${long}.`;
}

/** The lowest rate that failed at or above the estimate; where there is none, above what is known to hold. */
function nextFailing(
  levels: readonly CapacityLevel[],
  { low, estimate }: RateEstimate,
): CapacityLevel | undefined {
  const failing = levels
    .filter(({ stage, outcome }) => stage !== "confirm" && outcome !== "met")
    .toSorted((a, b) => a.ratePerSec - b.ratePerSec);
  const from = (least: number): CapacityLevel | undefined =>
    failing.find(({ ratePerSec }) => ratePerSec >= least);
  return from(estimate) ?? from(low);
}

/** A thread that only sleeps may lose this share of its time before it is told. */
const mostLost = 0.05;

function warningsOf({ found, spec, scenario }: CapacityFacts): string[] {
  const { capacity, why, levels } = found;
  const warnings: string[] = [];
  if (capacity !== undefined && why === "budget" && capacity.high / capacity.low > 1.05) {
    const width = Math.round((capacity.high / capacity.low - 1) * 100);
    warnings.push(
      `the budget of ${formatDuration(spec.budgetMs * 1000)} was over when the interval was still ${width} % wide; give more for a narrower one`,
    );
  }
  const busy = levels.filter(({ lostRatio, outcome }) => outcome !== "met" && lostRatio > mostLost);
  if (busy.length > 0) {
    const worst = formatRatio(Math.max(...busy.map(({ lostRatio }) => lostRatio)));
    warnings.push(
      `at ${busy.length} of the rates that failed the machine was busy (a thread that only sleeps lost up to ${worst} of its time): where that is not the target's own doing, measure on a quieter one`,
    );
  }
  const failedConfirmations = levels.filter(({ stage, outcome }) => stage === "confirm" && outcome !== "met");
  for (const { ratePerSec, reason } of failedConfirmations)
    warnings.push(`a longer run did not hold ${formatRate(ratePerSec)}: ${reason}`);
  if (scenario.targets.length > 0 && found.confirmedPerSec === undefined)
    warnings.push("the targets were not judged, since no rate was confirmed");
  return warnings;
}
