import type { Fault } from "./fault.ts";
import type { Override } from "./overrides.ts";
import type { Param, ParamConstraint } from "./tuning.ts";

/** A scenario that has been read and checked: what to load, how, and what is expected of it. All units are base units. */
export interface Scenario {
  /** The file it came from, as the user named it. */
  readonly file: string;
  /** The YAML text after reading, for the report's "reproduce" section. */
  readonly source: string;
  readonly name: string;
  /** Why this scenario exists, in a sentence or two. */
  readonly why: string;
  readonly target: TargetSpec;
  readonly warmup: WarmupSpec;
  readonly load: readonly Phase[];
  /** What is broken on purpose while the load goes on, in the order of the file. */
  readonly faults: readonly Fault[];
  readonly targets: readonly TargetRule[];
  /** How many trials, each in a fresh process. At least 1. */
  readonly repeat: number;
  /** A 32-bit seed; every random choice of the run derives from it. */
  readonly seed: number;
  /** Milliseconds covered by one row of the timeline. */
  readonly intervalMs: number;
  /** What can be compared: by name, the settings that each changes; in the order of the file. */
  readonly variants: readonly Variant[];
  /** What the file says on comparing it. */
  readonly gate: GateRules;
  /** What may be tuned, and for what; absent where the file does not say. */
  readonly tuning?: TuningSpec;
  /** What the load is to find out, where it is not simply run; `load` then holds one phase, at its first level. */
  readonly study?: StudySpec;
  /** Settings to cross; absent where the file has none. */
  readonly matrix?: MatrixSpec;
}

/** One of the settings of a scenario that are compared. */
export interface Variant {
  readonly name: string;
  readonly overrides: readonly Override[];
}

/** How a scenario is compared. */
export interface GateRules {
  /** How long measuring may take. */
  readonly budgetMs?: number;
  /** The smallest worsening that matters, by metric, as a share (error_rate: as a difference). Each makes its metric judged. */
  readonly margins: Margins;
}

/** The metrics of a comparison. */
export const comparedMetrics = [
  "throughput",
  "p50",
  "p90",
  "p99",
  "p99.9",
  "error_rate",
  "cpu_per_op",
  "rss",
] as const;

/** A metric of a comparison. */
export type ComparedMetric = (typeof comparedMetrics)[number];

/** Margins by metric. */
export type Margins = Readonly<Partial<Record<ComparedMetric, number>>>;

/** One metric in an objective. */
export interface ObjectiveTerm {
  readonly metric: Exclude<ComparedMetric, "error_rate">;
  /** Absent for metrics of the whole process (`rss`). */
  readonly phase?: string;
  /** The exponent of the metric in the product that is minimised: below 0 where more is better. Never 0. */
  readonly weight: number;
}

/** What is to become better. */
export interface Objective {
  /** In words: `minimise p50 in steady`. */
  readonly text: string;
  /** At least one. Minimised is the product of metric ^ weight. */
  readonly terms: readonly ObjectiveTerm[];
}

/** What a scenario says on being tuned. */
export interface TuningSpec {
  /** At least one; in the order of the file. */
  readonly params: readonly Param[];
  readonly constraints: readonly ParamConstraint[];
  readonly objective: Objective;
  /** Targets that a configuration must meet to be recommended: of latency, error_rate, throughput, cpu_per_op or rss. */
  readonly subjectTo: readonly TargetRule[];
}

/** Which target, and its settings. */
export interface TargetSpec {
  /** A name in the table of targets: `engine`, `synthetic`. */
  readonly kind: string;
  /** What that target's own schema made of the YAML: all defaults filled in, all units base units. */
  readonly settings: unknown;
}

/** Warm-up is driven like the first phase and is not measured; it ends when throughput is steady. */
export interface WarmupSpec {
  readonly minMs: number;
  readonly maxMs: number;
}

/** One stretch of load. Phases follow one another. */
export type Phase = OpenPhase | ClosedPhase;

/** Open loop: operations are due by a schedule, whatever the target does. */
export interface OpenPhase {
  readonly phase: string;
  readonly loop: "open";
  readonly shape: "constant-rate" | "ramp" | "steps" | "spike";
  readonly arrivals: "uniform" | "poisson";
  /** The rate over time: straight lines between the corners. At least two; times ascend from 0 to `durationMs`; a jump is two corners with the same time. */
  readonly corners: readonly RateCorner[];
  readonly durationMs: number;
  /** Timers alone, no spinning: saves CPU, costs precision (about half a millisecond). */
  readonly lowCpu: boolean;
}

/** A corner of the rate curve. */
export interface RateCorner {
  readonly atMs: number;
  readonly ratePerSec: number;
}

/** Closed loop: a number of clients, each of which waits for its answer before it goes on. It hides queueing. */
export interface ClosedPhase {
  readonly phase: string;
  readonly loop: "closed";
  readonly shape: "concurrency";
  readonly fromClients: number;
  /** Equal to `fromClients` where the number is fixed. */
  readonly toClients: number;
  readonly durationMs: number;
}

/** The metrics that a target rule can name. */
export type Metric =
  | { readonly kind: "latency"; readonly quantile: number }
  | { readonly kind: "latency_max" }
  | { readonly kind: "latency_mean" }
  | { readonly kind: "error_rate" }
  | { readonly kind: "throughput" }
  | { readonly kind: "cpu_per_op" }
  | { readonly kind: "rss" }
  /** A figure that the target counted over the whole run: events lost, events stored twice. */
  | { readonly kind: "figure"; readonly figure: "lost" | "duplicates" }
  /** How long after the end of the faults the load is carried as before. */
  | { readonly kind: "recovery" }
  /** The share of all operations that were asked for that was answered without an error. */
  | { readonly kind: "availability" };

/** One expectation, such as `p99.9 <= 5ms in steady`. */
export interface TargetRule {
  /** As the user wrote it. */
  readonly text: string;
  /** The metric as written: `p99.9`, `error_rate`. */
  readonly metricName: string;
  readonly metric: Metric;
  readonly op: "<" | "<=" | "==" | ">" | ">=";
  /** In the metric's base unit: microseconds, ratio, operations per second, bytes, or a plain count. */
  readonly limit: number;
  /** The phase it is judged on; left out, all measured phases together. */
  readonly phase?: string;
  /** Where it stands in the file, 1-based. */
  readonly line: number;
  readonly column: number;
}

/** `load: { capacity: ... }`: which is the highest rate at which none of these conditions holds? */
export interface CapacitySpec {
  readonly kind: "capacity";
  /** Each is too much: `p99 > 5ms`, `error_rate > 0.1%`. At least one. */
  readonly until: readonly TargetRule[];
  /** Where the search begins, operations a second. */
  readonly fromRatePerSec: number;
  /** What it does not go beyond; absent: it doubles for as long as that is carried. */
  readonly toRatePerSec?: number;
  /** How long one rate is held, in milliseconds. */
  readonly holdMs: number;
  /** How long the search may take, in milliseconds. */
  readonly budgetMs: number;
}

/** `load: { sweep: ... }`: how does throughput grow with the number of clients? */
export interface SweepSpec {
  readonly kind: "sweep";
  /** Ascending; at least four. */
  readonly clients: readonly number[];
  /** How long each level is held in each round, in milliseconds. */
  readonly holdMs: number;
  /** How often each level is measured, in shuffled order. At least 2. */
  readonly rounds: number;
}

/** What is asked of a load beyond one run of its phases. */
export type StudySpec = CapacitySpec | SweepSpec;

/** `matrix:`: settings that are crossed, each with each. */
export interface MatrixSpec {
  readonly axes: readonly MatrixAxis[];
  /** How often each cell is measured, in shuffled order. At least 1. */
  readonly rounds: number;
}

/** One setting of a matrix, and its values. */
export interface MatrixAxis {
  /** What tables call it: `store`. */
  readonly name: string;
  /** In the order of the file; at least two. */
  readonly levels: readonly MatrixLevel[];
}

/** One value of an axis. */
export interface MatrixLevel {
  /** As written: `redis`, `4 KB`. */
  readonly text: string;
  readonly overrides: readonly Override[];
}
