import type { Comparison } from "./comparison.ts";
import type { Environment } from "./result.ts";

/** The version of sweep.json. It rises when a reader of the older one would misread the newer one. */
export const sweepSchemaVersion = 1;

/** An estimate with its 95 % interval. */
export interface Estimate {
  readonly low: number;
  readonly estimate: number;
  readonly high: number;
}

/** One number of clients, over all rounds. */
export interface SweepLevel {
  readonly clients: number;
  /** Operations a second, round by round. */
  readonly perRound: readonly number[];
  /** Their mean, with the least and the greatest. */
  readonly throughput: Estimate;
  /** Microseconds, of the merged histogram; absent where nothing was completed. */
  readonly p50?: number;
  readonly p99?: number;
  readonly completed: number;
  readonly failed: number;
}

/** The number of clients at a peak with its 95 % interval, whose upper end is absent where it lies far beyond what was measured. */
export interface PeakClients extends Omit<Estimate, "high"> {
  readonly high?: number;
}

/** Below this share of the spread of the levels the law does not describe what was measured. */
export const leastExplained = 0.9;

/** The law of scalability that was fitted: X(N) = lambda N / (1 + sigma (N - 1) + kappa N (N - 1)). */
export interface ScalingLaw {
  /** Operations a second of one client. */
  readonly lambda: Estimate;
  /** Contention: the share of the work that clients wait for each other with. */
  readonly sigma: Estimate;
  /** Coherency: what each pair of clients costs. */
  readonly kappa: Estimate;
  /** Share of the spread of the levels that the law explains. */
  readonly r2: number;
  /** Where throughput is greatest; absent where the law has no peak near what was measured, or does not describe that. */
  readonly peak?: { readonly clients: PeakClients; readonly perSec: number };
  /** The law from one client to the most that were measured, for drawing. */
  readonly curve: readonly ({ readonly clients: number } & Estimate)[];
}

/** How a target of the scenario fared over the levels. */
export interface SweepTarget {
  /** As the user wrote it. */
  readonly text: string;
  /** The numbers of clients at which it is met. */
  readonly metAt: readonly number[];
  /** The most clients up to which it is met at every level from the first; absent where not even there. */
  readonly upTo?: number;
  /** One sentence in plain words. */
  readonly sentence: string;
  readonly line: number;
  readonly column: number;
}

/** What a sweep came to. */
export type SweepOutcome =
  | "measured"
  /** A target holds at no level. */
  | "fail"
  | "invalid"
  | "setup_failed"
  | "interrupted";

/** Everything that is known about a sweep of clients; the content of sweep.json. */
export interface SweepResult {
  readonly schemaVersion: typeof sweepSchemaVersion;
  readonly kind: "sweep";
  /** The scenario's name. */
  readonly name: string;
  readonly scenario: Comparison["scenario"];
  readonly seed: number;
  /** The command that does this again. */
  readonly command: string;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly holdMs: number;
  readonly rounds: number;
  /** By ascending clients. */
  readonly levels: readonly SweepLevel[];
  /** Absent where there were too few levels. */
  readonly law?: ScalingLaw;
  readonly targets: readonly SweepTarget[];
  readonly outcome: SweepOutcome;
  /** 0, 1, 3, 4, 130 or 143. */
  readonly exitCode: number;
  /** The first sentence of the report. */
  readonly reason: string;
  readonly warnings: readonly string[];
  readonly environment: Environment;
}
