import { describeScenario } from "../judge/compare/make-comparison.ts";
import type { Environment } from "../measure/result.ts";
import {
  type ProofTarget,
  type TunedParam,
  type TunedValue,
  type TuneOutcome,
  type TuneProof,
  type TuneResult,
  tuningSchemaVersion,
} from "../measure/tuning.ts";
import type { Override } from "../scenario/overrides.ts";
import type { Scenario, TuningSpec } from "../scenario/scenario.ts";
import type { Config, Param } from "../scenario/tuning.ts";
import type { Budget } from "./budget.ts";
import { comparisonOfProof } from "./proof-comparison.ts";
import type { Proof } from "./prove.ts";
import type { Tuned } from "./tune.ts";
import { proofSentence, stopWords, targetSentence } from "./tune-sentences.ts";

/** What a tuning's result is made of. */
export interface TuneResultFacts {
  readonly tuned: Tuned;
  readonly scenario: Scenario;
  readonly spec: TuningSpec;
  readonly algorithm: TuneResult["algorithm"];
  readonly seed: number;
  readonly budget: Budget;
  /** As the search was given it: the least gain that it goes on for. */
  readonly minGain: number;
  readonly command: string;
  readonly resumeCommand: string;
  readonly startedAt: Date;
  readonly durationMs: number;
  readonly environment: Environment;
  readonly warnings: readonly string[];
  /** What was laid on the scenario's file before it was tuned. */
  readonly laidOn?: readonly Override[];
  /** By which signal, where it was interrupted by one. */
  readonly interrupted?: "SIGINT" | "SIGTERM";
}

/** Puts everything that is known of a tuning together, and says what it came to. */
export function makeTuneResult(facts: TuneResultFacts): TuneResult {
  const { tuned, scenario, spec, budget, startedAt, warnings } = facts;
  const { searched, proofs } = tuned;
  const told = proofs.map((proof) => tellOfProof(proof, facts));
  return {
    schemaVersion: tuningSchemaVersion,
    kind: "tune",
    name: scenario.name,
    command: facts.command,
    resumeCommand: facts.resumeCommand,
    startedAt: startedAt.toISOString(),
    durationMs: facts.durationMs,
    scenario: describeScenario(scenario),
    algorithm: facts.algorithm,
    objective: spec.objective.text,
    objectiveTerms: spec.objective.terms,
    subjectTo: spec.subjectTo.map(({ text }) => text),
    params: spec.params.map((param) => describeParam(param, tuned.base)),
    ...laidOnOf(facts),
    constraints: spec.constraints.map(({ text }) => text),
    seed: facts.seed,
    ...(budget.ms === undefined ? { budgetTrials: budget.trials } : { budgetMs: budget.ms }),
    trials: searched.trials,
    steps: searched.steps,
    sensitivities: searched.sensitivities,
    proofs: told,
    chosen: tuned.chosen,
    stopped: stopWords(searched.end, facts.minGain),
    spent: {
      searchMs: searched.tookMs,
      proofMs: proofs.flatMap(({ pairs }) => pairs).reduce((sum, { tookMs }) => sum + tookMs, 0),
      optimizerMs: searched.optimizerMs,
    },
    ...decide(facts, told),
    warnings: [...warnings, ...missedByDefault(facts)],
    environment: facts.environment,
  };
}

/** Settings without which what is proven does not hold; those of parameters stand in the configurations. */
function laidOnOf({ laidOn = [], spec }: TuneResultFacts): Pick<TuneResult, "laidOn"> {
  const tuned = new Set(spec.params.map(({ path }) => path.join(".")));
  const settings = laidOn.flatMap(({ path, value }): [string, TunedValue][] => {
    const key = path.join(".");
    return tuned.has(key) || !isTunedValue(value) ? [] : [[key, value]];
  });
  return settings.length === 0 ? {} : { laidOn: Object.fromEntries(settings) };
}

function isTunedValue(value: unknown): value is TunedValue {
  return typeof value === "number" || typeof value === "string" || typeof value === "boolean";
}

/** `base` is what all was held against: in a watch not what the scenario has. */
function describeParam(param: Param, base: Config): TunedParam {
  const { name, path, meaning, type } = param;
  const head = { name, path: path.join("."), meaning, type, default: base[name] ?? param.default };
  if (param.type === "choice") return { ...head, unit: "", values: param.values };
  const { scale, min, max, unit } = param;
  return { ...head, scale, min, max, unit };
}

function tellOfProof(proof: Proof, { scenario, spec, seed }: TuneResultFacts): TuneProof {
  const { order, outcome, pairs, looks, final } = proof;
  const targets = final.targets.map(({ outcome }, i): ProofTarget => {
    const text = spec.subjectTo[i]?.text ?? "";
    const misses = pairs.flatMap((pair) => pair.misses[i] ?? []);
    return { text, outcome, sentence: targetSentence(text, outcome, misses) };
  });
  const comparison = comparisonOfProof(proof, scenario, seed);
  return {
    config: order.candidate,
    outcome,
    sentence: proofSentence(proof, spec.objective.terms, targets, comparison?.metrics),
    share: final.share,
    confidence: 1 - order.alpha,
    pairs: pairs.length,
    targets,
    looks: looks.map(({ pairs, share }) => ({ pairs, share })),
    ...(comparison === undefined ? {} : { comparison }),
  };
}

/** As in a run: what happened outranks what was measured. */
function decide(
  { tuned, interrupted }: TuneResultFacts,
  told: readonly TuneProof[],
): { readonly outcome: TuneOutcome; readonly exitCode: number; readonly reason: string } {
  const { searched, proofs } = tuned;
  const { end, trials } = searched;
  if (end.by === "interrupted" || proofs.some(({ outcome }) => outcome === "interrupted")) {
    const exitCode = interrupted === "SIGTERM" ? 143 : 130;
    return {
      outcome: "interrupted",
      exitCode,
      reason: "The tuning was interrupted; what is known until then is here.",
    };
  }
  if (end.by === "base_broken") {
    const reason = `The configuration that the scenario has does not work, so there is nothing to compare with: ${end.failure}`;
    return { outcome: "setup_failed", exitCode: 4, reason: /[.!?]$/.test(reason) ? reason : `${reason}.` };
  }
  const proven = told.find(({ outcome }) => outcome === "proven");
  if (proven !== undefined) return { outcome: "proven", exitCode: 0, reason: proven.sentence };
  const [best] = told;
  const why =
    best === undefined
      ? `Nothing better was found in ${trials.length} trials.`
      : `What looked best could not be proven: ${best.sentence}`;
  return { outcome: "kept", exitCode: 3, reason: `The default is kept. ${why}` };
}

/** Targets that the default itself missed in most of its trials: it may be kept all the same. */
function missedByDefault({ tuned, spec }: TuneResultFacts): string[] {
  const trials = tuned.searched.trials.filter(({ role }) => role === "default");
  return spec.subjectTo
    .filter(({ text }) => 2 * trials.filter(({ missed }) => missed.includes(text)).length > trials.length)
    .map(({ text }) => `the default itself misses a target: ${text}`);
}
