import type { HiccupSummary, MetricUnit } from "./result.ts";

/**
 * How much a finding matters: `ok`; `note`, worth knowing; `warn`, makes the noise floor higher; `bad`, figures from
 * here prove little until it is mended.
 */
export type FindingLevel = "ok" | "note" | "warn" | "bad";

/** One thing that was looked at on a machine. */
export interface Finding {
  /** Such as `cores` or `clock rate`. */
  readonly name: string;
  readonly level: FindingLevel;
  /** What was found, short: `2`, `powersave`. */
  readonly value: string;
  /** What it means, and what to do about it where it is not well. */
  readonly sentence: string;
}

/** How far apart two equal variants came out, for one metric. */
export interface NoiseFloor {
  readonly metric: string;
  /** Absent for metrics of the whole process. */
  readonly phase?: string;
  readonly unit: MetricUnit;
  /** With `difference`, `spread` and the effects are in the metric's own unit. */
  readonly scale: "ratio" | "difference";
  /** Whether a gate fails by it. */
  readonly judged: boolean;
  /** The robust standard deviation over the pairs: of the logarithm of the ratio, or of the difference. */
  readonly spread: number;
  /** How many pairs it rests on. */
  readonly pairs: number;
  /** The smallest worsening that each budget shows in 95 % of cases. */
  readonly smallest: readonly BudgetEffect[];
  /** The smallest worsening that matters, as the gate has it. */
  readonly margin: number;
  /** The budget that this margin needs, in milliseconds, start-up of the pairs included. */
  readonly budgetForMarginMs: number;
}

/** What a budget can see. */
export interface BudgetEffect {
  readonly budgetMs: number;
  readonly pairs: number;
  /** As a share (with `difference`: as a difference). Absent where the budget has too few pairs to show anything. */
  readonly effect?: number;
}

/** Everything that `dyno doctor` found out; what `--json` prints. */
export interface DoctorResult {
  readonly schemaVersion: 1;
  /** Worst first. */
  readonly findings: readonly Finding[];
  /** Absent where two equal variants were not, or could not be, compared. */
  readonly noise?: {
    readonly scenario: string;
    readonly pairs: number;
    /** What one pair takes, in milliseconds. */
    readonly pairMs: number;
    readonly floors: readonly NoiseFloor[];
  };
  readonly hiccups: HiccupSummary;
  /** The closing sentence. */
  readonly conclusion: string;
  /** 0, or 3 where a finding is bad. */
  readonly exitCode: number;
}
