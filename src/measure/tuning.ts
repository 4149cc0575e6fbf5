import type { Comparison } from "./comparison.ts";
import type { Environment, MetricUnit } from "./result.ts";

/** The version of tuning.json. It rises when a reader of the older one would misread the newer one. */
export const tuningSchemaVersion = 1;

/** The value of a parameter. */
export type TunedValue = number | string | boolean;

/** The value of each parameter by name. */
export type TunedConfig = Readonly<Record<string, TunedValue>>;

/** A parameter as results show it. */
export interface TunedParam {
  readonly name: string;
  /** Where it stands in the scenario: `target.knobs.maxBatch`. */
  readonly path: string;
  readonly meaning: string;
  readonly type: "int" | "real" | "choice";
  /** Of numbers. */
  readonly scale?: "linear" | "log" | "log1p";
  readonly min?: number;
  readonly max?: number;
  readonly unit: string;
  /** Of choices. */
  readonly values?: readonly TunedValue[];
  readonly default: TunedValue;
}

/** One metric of an objective. */
export interface TunedTerm {
  readonly metric: string;
  readonly phase?: string;
  /** Below 0 where more is better. */
  readonly weight: number;
}

/** A share of the default's objective with its interval: 0.7 is 30 % less. Of the search, and so biased, unless said otherwise. */
export interface ShareEstimate {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

/** One figure of a configuration that was measured. */
export interface TrialFigure {
  readonly metric: string;
  readonly phase?: string;
  readonly unit: MetricUnit;
  readonly value: number;
}

/** One configuration, measured once. */
export interface TuneTrial {
  /** From 0, over all blocks. */
  readonly trial: number;
  readonly block: number;
  /** Why it was measured. */
  readonly role: "default" | "probe" | "explore" | "descend" | "race";
  readonly config: TunedConfig;
  /** The objective as a share of the default's typical one; absent where the configuration did not work. */
  readonly share?: number;
  readonly figures: readonly TrialFigure[];
  /** Targets that it missed, as the user wrote them. */
  readonly missed: readonly string[];
  /** Why it did not work. */
  readonly failure?: string;
  /** When its block was over, in milliseconds of measuring since the beginning. */
  readonly atMs: number;
}

/** Where the search stood after a block. */
export interface TuneStep {
  readonly block: number;
  readonly atMs: number;
  readonly incumbent: TunedConfig;
  /** Of the incumbent, by the model. */
  readonly share: ShareEstimate;
  /** Of the trust region, as a share of each parameter's range; absent where the search has none. */
  readonly radius?: number;
  /** How the objective depends on each parameter at the incumbent; empty where the search has no model yet. */
  readonly slopes: readonly TuneSlope[];
}

/** The direction in which a parameter makes the objective smaller, by the model. */
export interface TuneSlope {
  readonly param: string;
  readonly per: SlopeStep;
  /** The factor on the objective of that step: 0.94 is 6 % less. */
  readonly factor: ShareEstimate;
}

/** What a factor is of: of a parameter on a log scale doubling it, of one on a linear scale a tenth of its range, of a choice its best other value. */
export type SlopeStep = "doubling" | "tenth of the range" | "best other value";

/** How the objective depends on one parameter, the others held at the best configuration, by the model. */
export interface TuneSensitivity extends TuneSlope {
  /** Whether the interval leaves 1 out. */
  readonly matters: boolean;
  /** The objective along the parameter, in the order of its values. */
  readonly slice: readonly { readonly value: TunedValue; readonly share: ShareEstimate }[];
}

/** What the proof of a candidate came to. */
export type ProofOutcome =
  /** Better, and every target met. */
  | "proven"
  /** Not shown to be better. */
  | "not_better"
  /** A target is missed, or could not be shown to be met. */
  | "target_missed"
  /** The candidate did not work. */
  | "failed"
  | "interrupted";

/** How a target fared in a proof. */
export interface ProofTarget {
  /** As the user wrote it. */
  readonly text: string;
  readonly outcome: "met" | "missed" | "unknown";
  /** One sentence in plain words. */
  readonly sentence: string;
}

/** A candidate held against the default on fresh pairs that the search has not seen. */
export interface TuneProof {
  readonly config: TunedConfig;
  readonly outcome: ProofOutcome;
  /** One sentence in plain words. */
  readonly sentence: string;
  /** The candidate's objective as a share of the default's. `high`, which is 1 or more where nothing is shown, is what may be claimed. */
  readonly share: ShareEstimate;
  /** Confidence of that one end, such as 0.99. */
  readonly confidence: number;
  readonly pairs: number;
  readonly targets: readonly ProofTarget[];
  /** Where the claim stood at each look. */
  readonly looks: readonly { readonly pairs: number; readonly share: ShareEstimate }[];
  /** Every metric of the same pairs; absent where there were none. */
  readonly comparison?: Comparison;
}

/** What a tuning came to. */
export type TuneOutcome =
  /** A better configuration was found and proven. */
  | "proven"
  /** The default is kept: nothing better was found, or it could not be proven. */
  | "kept"
  | "invalid"
  | "setup_failed"
  | "interrupted";

/** Everything that is known about a tuning; the content of tuning.json. Every output is a pure function of it. */
export interface TuneResult {
  readonly schemaVersion: typeof tuningSchemaVersion;
  readonly kind: "tune";
  /** The scenario's name. */
  readonly name: string;
  /** The command that does this again. */
  readonly command: string;
  /** The command that makes the same decisions again from the journal, or goes on with it. */
  readonly resumeCommand: string;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly scenario: Comparison["scenario"];
  readonly algorithm: "gradient" | "random";
  /** In words: `minimise p50 in steady`. */
  readonly objective: string;
  /** Minimised is the product of metric ^ weight. */
  readonly objectiveTerms: readonly TunedTerm[];
  /** Targets that a configuration had to meet, as the user wrote them. */
  readonly subjectTo: readonly string[];
  readonly params: readonly TunedParam[];
  /** What was laid on the scenario before it was tuned (`--set`, `--config`), by path; of no parameter. Absent: nothing. */
  readonly laidOn?: Readonly<Record<string, TunedValue>>;
  readonly constraints: readonly string[];
  readonly seed: number;
  readonly budgetMs?: number;
  readonly budgetTrials?: number;
  readonly trials: readonly TuneTrial[];
  readonly steps: readonly TuneStep[];
  readonly sensitivities: readonly TuneSensitivity[];
  /** In the order in which candidates were tried; the last one may be proven. */
  readonly proofs: readonly TuneProof[];
  /** The configuration to use: the proven one, or the default. */
  readonly chosen: TunedConfig;
  /** Why the search ended, in words. */
  readonly stopped: string;
  /** Where the time went, in milliseconds; `optimizerMs` is the search's own arithmetic. */
  readonly spent: { readonly searchMs: number; readonly proofMs: number; readonly optimizerMs: number };
  readonly outcome: TuneOutcome;
  /** 0 proven, 3 kept or invalid, 4, 70, 130 or 143. */
  readonly exitCode: number;
  /** The first sentence of the report. */
  readonly reason: string;
  readonly warnings: readonly string[];
  readonly environment: Environment;
}

/** What a tuning is doing, for a live view. */
export interface TuneProgress {
  readonly stage: "search" | "proof";
  /** Trials of configurations so far, over all blocks. */
  readonly trials: number;
  /** Those of the last block. */
  readonly latest: readonly TuneTrial[];
  /** Absent before the first block. */
  readonly step?: TuneStep;
  /** In the proof: which candidate, and how it stands. */
  readonly proof?: { readonly config: TunedConfig; readonly pairs: number; readonly share: ShareEstimate };
  readonly spentMs: number;
  /** How long it will still take at most, as far as is known. */
  readonly leftMs?: number;
}
