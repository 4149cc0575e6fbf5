import type { CapacityOutcome } from "./capacity.ts";
import type { ChangeText } from "./comparison-wording.ts";
import type { Fingerprint } from "./fingerprint.ts";
import type { MetricUnit, RunOutcome } from "./result.ts";
import type { SweepOutcome } from "./sweep.ts";
import type { TuneOutcome } from "./tuning.ts";

/** The version of entry.json. It rises with any change of what entries hold: they are made again from the results. */
export const entrySchemaVersion = 2;

/** What kind of measurement a folder of reports holds. */
export type EntryKind = "run" | "ab" | "gate" | "tune" | "capacity" | "sweep" | "matrix";

/** What it came to; `compared` is an A/B comparison, which is not judged. */
export type EntryOutcome = RunOutcome | TuneOutcome | CapacityOutcome | SweepOutcome | "compared";

/** One metric as an entry holds it. */
export interface EntryMetric {
  /** `throughput`, `p50`, `p90`, `p99`, `p99.9`, `error_rate`, `cpu_per_op`, `rss`. */
  readonly metric: string;
  /** Absent for metrics of the whole process. */
  readonly phase?: string;
  /** In this unit `value` and `interval` are. */
  readonly unit: MetricUnit;
  readonly value: number;
  /** A 95 % interval, where the metric has one. */
  readonly interval?: readonly [number, number];
  /** Against the base that was measured with it, in words; absent where there was none. */
  readonly change?: ChangeText;
}

/** How the main phase went, in at most 48 spans of one length. A span in which nothing was completed has null latencies. */
export interface EntryCourse {
  /** Milliseconds since the trial began. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Microseconds: the median of the p50 of the span's intervals. */
  readonly p50: readonly (number | null)[];
  /** Microseconds: the highest p99 of the span's intervals, so that no peak is lost. */
  readonly p99: readonly (number | null)[];
  /** Operations per second. */
  readonly throughput: readonly number[];
}

/** What the list of runs shows of one scenario in one folder: a gate of three scenarios makes three. */
export interface RunEntry {
  readonly kind: EntryKind;
  readonly scenario: string;
  /** What was held against what: `base: commit 1a2b → head: commit 9f2c`. */
  readonly variant?: string;
  readonly branch?: string;
  readonly revision?: string;
  readonly dirty?: boolean;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly outcome: EntryOutcome;
  readonly exitCode: number;
  /** The first sentence of the report. */
  readonly reason: string;
  /** The place inside report.html, such as `#s2`; empty for its top. */
  readonly anchor: string;
  /** The phase whose figures the list shows; absent where there are none. */
  readonly mainPhase?: string;
  readonly metrics: readonly EntryMetric[];
  readonly course?: EntryCourse;
  readonly machine: Fingerprint;
  /** What it stood on, as names and texts. */
  readonly facts: readonly (readonly [name: string, value: string])[];
}

/** A folder of reports: its entries, or why it could not be read. */
export interface ListedFolder {
  /** Its path inside the folder of the index, with slashes. */
  readonly folder: string;
  readonly entries: readonly RunEntry[];
  /** One line; absent where it was read. */
  readonly problem?: string;
}
