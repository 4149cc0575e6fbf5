import type { Comparison } from "./comparison.ts";
import type { Environment, MetricUnit, Verdict } from "./result.ts";

/** The version of capacity.json. It rises when a reader of the older one would misread the newer one. */
export const capacitySchemaVersion = 1;

/** A rate with its 95 % interval, operations a second. */
export interface RateEstimate {
  readonly low: number;
  readonly estimate: number;
  readonly high: number;
}

/** One condition of a search at one rate. */
export interface LevelFigure {
  /** As the user wrote it: `p99 > 5ms`. */
  readonly condition: string;
  readonly metricName: string;
  readonly unit: MetricUnit;
  readonly limit: number;
  /** Absent where nothing was measured. */
  readonly value?: number;
  /** A 95 % interval, where the metric has one. */
  readonly interval?: readonly [number, number];
  readonly isBroken: boolean;
}

/** One rate that was held. */
export interface CapacityLevel {
  /** From 0, in the order of measuring. */
  readonly level: number;
  readonly stage: "climb" | "search" | "confirm";
  readonly ratePerSec: number;
  readonly holdMs: number;
  /** When it was over, in milliseconds since the search began. */
  readonly atMs: number;
  /** `generator`: it was not met, and the process that sends was the reason. */
  readonly outcome: "met" | "broken" | "generator";
  /** One sentence in plain words. */
  readonly reason: string;
  readonly achievedPerSec: number;
  /** In the order of the conditions. */
  readonly figures: readonly LevelFigure[];
  /** Microseconds; absent where nothing was completed. */
  readonly p50?: number;
  readonly p99?: number;
  readonly failed: number;
  readonly completed: number;
  /** Share of its time that a thread which only sleeps lost to a busy machine: 0 to 1. */
  readonly lostRatio: number;
  /** What was known of the capacity after it; absent while no rate was too much. */
  readonly after?: RateEstimate;
}

/** What a search came to. */
export type CapacityOutcome =
  /** The capacity is known, and a longer run confirmed it. */
  | "found"
  /**
   * What holds is known, and not what would be too much: the generator, the budget, or the end of the range was the limit, or
   * a longer run did not hold what the search found.
   */
  | "at_least"
  /** Found, and no longer run confirmed it. */
  | "unconfirmed"
  /** Not even the lowest rate holds. */
  | "none"
  /** Found, and a target of the scenario was missed in the confirmation. */
  | "fail"
  | "setup_failed"
  | "interrupted";

/** Everything that is known about a search for the highest rate; the content of capacity.json. */
export interface CapacityResult {
  readonly schemaVersion: typeof capacitySchemaVersion;
  readonly kind: "capacity";
  /** The scenario's name. */
  readonly name: string;
  readonly scenario: Comparison["scenario"];
  readonly seed: number;
  /** The command that does this again. */
  readonly command: string;
  readonly startedAt: string;
  readonly durationMs: number;
  /** What was too much, as the user wrote it. */
  readonly until: readonly string[];
  readonly fromRatePerSec: number;
  readonly toRatePerSec?: number;
  readonly holdMs: number;
  readonly budgetMs: number;
  readonly levels: readonly CapacityLevel[];
  /**
   * The rate at which as many runs would meet the conditions as would not, at most that of `to`. Absent where there is no
   * telling: no rate was too much, or the outcome is `at_least` or `none`.
   */
  readonly capacity?: RateEstimate;
  /** The rate that the confirmation held, which is the one to rely on; absent where there was none. */
  readonly confirmedPerSec?: number;
  /** Targets of the scenario, held against the confirmation. */
  readonly verdicts: readonly Verdict[];
  readonly outcome: CapacityOutcome;
  /** 0, 1, 3, 4, 130 or 143. */
  readonly exitCode: number;
  /** The first sentence of the report. */
  readonly reason: string;
  readonly warnings: readonly string[];
  readonly environment: Environment;
}
