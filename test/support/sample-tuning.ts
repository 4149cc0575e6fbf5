import type {
  ShareEstimate,
  TunedConfig,
  TuneProof,
  TuneResult,
  TuneTrial,
} from "../../src/measure/tuning.ts";
import { sampleComparison, sampleGain } from "./sample-comparison.ts";
import { sampleSearch } from "./sample-tuning-search.ts";
import { sampleDefaults, sampleParams } from "./sample-tuning-space.ts";

/** What kind of tuning to make up. */
export interface SampleTuningOptions {
  readonly outcome?: TuneResult["outcome"];
  /** `random` has no model: no slopes, no sensitivities. */
  readonly algorithm?: TuneResult["algorithm"];
  /** In blocks of four. */
  readonly trials?: number;
  /** Put into every text that a user can choose. */
  readonly text?: string;
}

/**
 * A tuning of five parameters, four numbers and a choice, for p50: `proven` is 46 % less at least, `kept` could not be
 * proven, `interrupted` broke off. A few configurations miss the target on p99, one does not work. From seeded random figures.
 */
export function sampleTuning({
  outcome = "proven",
  algorithm = "gradient",
  trials: count = 40,
  text,
}: SampleTuningOptions = {}): TuneResult {
  const named = (name: string): string => text ?? name;
  const search = sampleSearch({ gain: outcome === "kept" ? 0.04 : 1, algorithm, count });
  const trials = search.trials.map((trial): TuneTrial => {
    const missed = trial.missed.map(named);
    return trial.failure === undefined
      ? { ...trial, missed }
      : { ...trial, missed, failure: named(trial.failure) };
  });
  const best = search.steps.at(-1)?.incumbent ?? sampleDefaults;
  const proofs = count === 0 ? [] : proofsOf(outcome, best, text);
  const proof = proofs.at(-1);
  const { environment } = sampleComparison(text === undefined ? {} : { text });
  const searchMs = trials.at(-1)?.atMs ?? 0;
  return {
    schemaVersion: 1,
    kind: "tune",
    name: named("publish-steady"),
    command: named("npx dyno tune scenarios/publish-steady.yaml --budget 5m --seed 7"),
    resumeCommand: named("npx dyno tune scenarios/publish-steady.yaml --resume reports/tune/journal.ndjson"),
    startedAt: "2026-11-25T02:11:03.000Z",
    durationMs: searchMs + 62_000,
    scenario: sampleGain({ factor: 1, pairs: 1, ...(text === undefined ? {} : { text }) }).scenario,
    algorithm,
    objective: named("minimise p50 in steady"),
    objectiveTerms: [{ metric: "p50", phase: "steady", weight: 1 }],
    subjectTo: [named("p99 in steady <= 5ms"), named("error_rate <= 0.1%")],
    params: sampleParams.map((param) =>
      text === undefined ? param : { ...param, path: text, meaning: text },
    ),
    constraints: [named("maxBatch <= maxPendingEvents")],
    seed: 7,
    budgetMs: 300_000,
    ...search,
    trials,
    proofs,
    chosen: outcome === "proven" ? best : sampleDefaults,
    stopped: outcome === "interrupted" ? "it was interrupted" : "the budget of the search was used up",
    spent: { searchMs, proofMs: proofs.length * 59_300, optimizerMs: Math.round(searchMs * 0.027) },
    outcome,
    exitCode: { proven: 0, kept: 3, invalid: 3, setup_failed: 4, interrupted: 130 }[outcome],
    reason: named(proof === undefined ? sentences[outcome] : proof.sentence),
    warnings: [named("The CPU frequency is scaled by the governor `powersave`: expect wider intervals.")],
    environment,
  };
}

const sentences: Readonly<Record<TuneResult["outcome"], string>> = {
  proven: "p50 in steady is at least 46 % lower than with the default (99 % confidence, 28 pairs).",
  kept: "The default is kept: 28 pairs do not show p50 in steady to be lower.",
  invalid: "The default itself did not work, so there is nothing to compare with.",
  setup_failed: "Redis does not answer on localhost:6379.",
  interrupted: "The tuning was interrupted, so nothing is proven and the default is kept.",
};

function proofsOf(
  outcome: TuneResult["outcome"],
  config: TunedConfig,
  text: string | undefined,
): TuneProof[] {
  if (outcome === "setup_failed" || outcome === "invalid") return [];
  const facts = {
    proven: { outcome: "proven", share: { estimate: 0.515, low: 0.488, high: 0.54 }, pairs: 28 },
    kept: { outcome: "not_better", share: { estimate: 0.985, low: 0.951, high: 1.021 }, pairs: 28 },
    interrupted: { outcome: "interrupted", share: { estimate: 0.53, low: 0.33, high: 1 }, pairs: 5 },
  } as const;
  return [proofOf({ ...facts[outcome], config, sentence: text ?? sentences[outcome] }, text)];
}

function proofOf(
  facts: Pick<TuneProof, "config" | "outcome" | "sentence" | "share" | "pairs">,
  text: string | undefined,
): TuneProof {
  const { share, pairs } = facts;
  const isDone = facts.outcome !== "interrupted";
  return {
    ...facts,
    confidence: 0.99,
    targets: [
      {
        text: text ?? "p99 in steady <= 5ms",
        outcome: isDone ? "met" : "unknown",
        sentence:
          text ?? (isDone ? "p99 in steady is 2.21 ms, 56 % below its limit." : "There were too few pairs."),
      },
      { text: text ?? "error_rate <= 0.1%", outcome: "met", sentence: text ?? "No operation failed." },
    ],
    looks: looksOf(share, pairs),
    comparison: sampleGain({ factor: share.estimate, pairs, ...(text === undefined ? {} : { text }) }),
  };
}

/** Ever more pairs, ever narrower. */
function looksOf(share: ShareEstimate, pairs: number): TuneProof["looks"] {
  const counts = [5, 8, 12, 16, 22, 28].filter((count) => count <= pairs);
  return counts.map((count) => {
    const width = Math.sqrt(pairs / count);
    const drift = Math.exp(0.06 * Math.sin(count) * (1 - count / pairs));
    const at = (end: number): number => share.estimate * drift * (end / share.estimate) ** width;
    return {
      pairs: count,
      share: { estimate: at(share.estimate), low: at(share.low), high: at(share.high) },
    };
  });
}
