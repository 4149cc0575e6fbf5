import { digestOf } from "../../base/digest.ts";
import { formatDuration, formatRatio } from "../../base/units.ts";
import { changeOfMeaning, meaningOf } from "../../judge/baselines/scenario-meaning.ts";
import { differencesOf, fingerprintOf } from "../../measure/fingerprint.ts";
import type { Environment } from "../../measure/result.ts";
import type { Scenario, TuningSpec } from "../../scenario/scenario.ts";
import type { Budget } from "../budget.ts";
import { type JournalHeader, journalVersion } from "./journal-entry.ts";

/** What a journal's header is made of. */
export interface JournalFacts extends Pick<JournalHeader, "algorithm" | "seed" | "budget" | "minGain"> {
  readonly scenario: Scenario;
  readonly spec: TuningSpec;
  readonly environment: Environment;
  readonly startedAt: Date;
}

/** The header of a tuning's journal. */
export function makeJournalHeader(facts: JournalFacts): JournalHeader {
  const { scenario, spec, environment, startedAt, algorithm, seed, budget, minGain } = facts;
  return {
    kind: "header",
    v: journalVersion,
    startedAt: startedAt.toISOString(),
    scenario: meaningOf(scenario),
    objective: spec.objective.text,
    subjectTo: spec.subjectTo.map(({ text }) => text),
    constraints: spec.constraints.map(({ text }) => text),
    space: digestOf(spec.params).slice(0, 16),
    algorithm,
    seed,
    budget,
    minGain,
    environment,
  };
}

/**
 * What keeps a tuning from going on where a journal ends, in words; undefined where nothing does. To measure more, the
 * machine must be of the same class as well.
 */
export function headerProblem(
  was: JournalHeader,
  now: JournalHeader,
  { measures }: { readonly measures: boolean },
): string | undefined {
  const [wasVersion, isVersion] = [was.environment.dynoVersion, now.environment.dynoVersion];
  if (wasVersion !== isVersion) return `dyno ${wasVersion} wrote it, and this is dyno ${isVersion}`;
  if (was.scenario.name !== now.scenario.name)
    return `it is of the scenario ${was.scenario.name}, and this one is ${now.scenario.name}`;
  const meaning = changeOfMeaning(was.scenario, now.scenario);
  if (meaning !== undefined) return `the scenario was changed: ${meaning}`;
  const is = new Map(textsOf(now));
  const [changed] = textsOf(was).filter(([name, text]) => is.get(name) !== text);
  if (changed !== undefined) return `${changed[0]} was ${changed[1]}, and is ${is.get(changed[0])}`;
  if (was.space !== now.space) return "the parameters of the scenario were changed";
  const machine = measures
    ? differencesOf(fingerprintOf(was.environment), fingerprintOf(now.environment))
    : [];
  return machine.length === 0 ? undefined : `it was measured on another machine (${machine.join("; ")})`;
}

function textsOf(header: JournalHeader): (readonly [name: string, text: string])[] {
  const { objective, subjectTo, constraints, algorithm, seed, budget, minGain } = header;
  const list = (texts: readonly string[]): string =>
    texts.length === 0 ? "none" : `"${texts.join('", "')}"`;
  return [
    ["the objective", `"${objective}"`],
    ["what it is subject to", list(subjectTo)],
    ["what its parameters require", list(constraints)],
    ["the algorithm", algorithm],
    ["the seed", String(seed)],
    ["the budget", budgetText(budget)],
    ["the least gain to search for", formatRatio(minGain)],
  ];
}

function budgetText(budget: Budget): string {
  return budget.ms === undefined ? `${budget.trials} trials` : formatDuration(budget.ms * 1000);
}
