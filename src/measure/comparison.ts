import type { CheckResult, EncodedHistogram, Environment, MetricUnit, Verdict } from "./result.ts";

/** The version of comparison.json. It rises when a reader of the older one would misread the newer one. */
export const comparisonSchemaVersion = 1;

/** What is known of one metric of two variants. `same` is: shown to be within the margin, either way. */
export type MetricVerdict = "better" | "worse" | "same" | "inconclusive";

/** One metric of two variants, compared over pairs (or over blocks of a stored baseline). */
export interface MetricComparison {
  /** `throughput`, `p50`, `p90`, `p99`, `p99.9`, `error_rate`, `cpu_per_op`, `rss`. */
  readonly metric: string;
  /** Absent for metrics of the whole process (`rss`). */
  readonly phase?: string;
  readonly unit: MetricUnit;
  readonly higherIsBetter: boolean;
  /** `ratio`: the candidate's value in shares of the base's. `difference`: the two subtracted (error_rate). */
  readonly scale: "ratio" | "difference";
  /** Typical values (medians over the pairs) in the metric's base unit; absent where nothing was measured. */
  readonly base?: number;
  readonly candidate?: number;
  /** Candidate by base, with its interval: 1.05 is 5 % more. With `difference`: candidate minus base, 0.01 is a percentage point more. */
  readonly estimate?: number;
  readonly interval?: readonly [number, number];
  /** Confidence of the interval, such as 0.98: corrected for the looks and for the number of metrics. */
  readonly confidence: number;
  /** The smallest worsening that matters, as a share (with `difference`: as a difference). */
  readonly margin: number;
  /** Whether this metric can fail a gate; the others are shown. */
  readonly judged: boolean;
  readonly verdict: MetricVerdict;
  /** In a gate, what this metric came to; absent where it is not judged. */
  readonly outcome?: "pass" | "fail" | "inconclusive";
  /** The smallest worsening that this run would have shown to be one in 95 % of cases, as `margin` counts. */
  readonly smallestEffect?: number;
  /** How many pairs it rests on, and about how many would decide it at its margin where it is open. */
  readonly pairs: number;
  readonly pairsNeeded?: number;
  /** One sentence in plain words. */
  readonly sentence: string;
  /** One a pair, in order: estimates as above. */
  readonly perPair: readonly number[];
}

/** A side of a comparison. */
export interface VariantInfo {
  /** `a`, `base`, `head`. */
  readonly name: string;
  /** What it is: `store.maxBatch=1`, `commit 1a2b3c4d5e (origin/main)`, `baseline of 2026-11-20`. */
  readonly description: string;
}

/** All latencies of one phase of a variant, over all pairs. */
export interface VariantPhase {
  readonly phase: string;
  readonly completed: number;
  readonly failed: number;
  readonly response: EncodedHistogram;
}

/** Two variants of one scenario, compared. */
export interface Comparison {
  readonly scenario: {
    readonly name: string;
    readonly why: string;
    readonly file: string;
    /** The YAML text, secrets masked. */
    readonly source: string;
    readonly target: string;
    /** The measured phases in words: `steady: 10k/s for 10s, poisson`. */
    readonly phases: readonly { readonly phase: string; readonly summary: string }[];
  };
  readonly base: VariantInfo;
  readonly candidate: VariantInfo;
  /** What it came to; an A/B comparison is never more than `pass`, unless it could not be measured. */
  readonly outcome: ComparisonOutcome;
  /** One sentence: the reason for the outcome. */
  readonly reason: string;
  /** Those that are judged first, then by phase. */
  readonly metrics: readonly MetricComparison[];
  /** The scenario's own targets, judged on what the candidate did. */
  readonly verdicts: readonly Verdict[];
  /** What the candidate found out about its own work. */
  readonly checks: readonly CheckResult[];
  readonly basePhases: readonly VariantPhase[];
  readonly candidatePhases: readonly VariantPhase[];
  readonly seed: number;
  readonly pairs: number;
  /** `baseline`: the base was recorded earlier, and only the candidate was measured. */
  readonly design: "twin" | "baseline";
  readonly stoppedBy: "decided" | "budget" | "interrupted" | "failure";
  readonly tookMs: number;
  readonly budgetMs: number;
  /** Why the measurement cannot be trusted; empty unless `invalid`. */
  readonly invalid: readonly string[];
  readonly warnings: readonly string[];
}

/** The outcome of a comparison, and of a whole gate. */
export type ComparisonOutcome = "pass" | "fail" | "inconclusive" | "invalid" | "setup_failed" | "interrupted";

/** Everything that is known about a gate or an A/B comparison; the content of comparison.json. Every output is a pure function of it. */
export interface ComparisonResult {
  readonly schemaVersion: typeof comparisonSchemaVersion;
  readonly kind: "ab" | "gate";
  /** `gate`, or the scenario's name. */
  readonly name: string;
  /** The command that does this again. */
  readonly command: string;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly comparisons: readonly Comparison[];
  readonly outcome: ComparisonOutcome;
  /** 0, 1, 2, 3, 4, 70, 130 or 143. */
  readonly exitCode: number;
  /** The first sentence of the report. */
  readonly reason: string;
  readonly warnings: readonly string[];
  readonly environment: Environment;
}
