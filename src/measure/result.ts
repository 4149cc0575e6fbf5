import type { NetworkCourse } from "./network-course.ts";

/** The version of result.json. It rises when a reader of the older one would misread the newer one. */
export const schemaVersion = 1;

/** A latency histogram in nanoseconds, in HdrHistogram's compressed base64 encoding (V2), which other tools read. */
export type EncodedHistogram = string;

/** Failures of one kind. */
export interface ErrorCount {
  /** As `kindOf` names it. */
  readonly kind: string;
  readonly count: number;
  /** The message of the first one. */
  readonly sample: string;
  /** Milliseconds since its phase began. */
  readonly firstAtMs: number;
}

/** What happened in one phase. Failures are apart and improve no percentile. */
export interface PhaseResult {
  readonly phase: string;
  readonly kind: "warmup" | "measured";
  readonly loop: "open" | "closed";
  readonly shape: string;
  /** Milliseconds since the trial began. */
  readonly startMs: number;
  /** How long operations were sent; what came back later still counts. */
  readonly durationMs: number;
  /** Operations that the schedule asked for (open loop); equal to `sent` in a closed loop. */
  readonly asked: number;
  readonly sent: number;
  /** Those that were sent before the phase was over; the rest the generator sent late. */
  readonly sentInTime: number;
  readonly completed: number;
  readonly failed: number;
  /** Sent, and not answered when the drain time was over. They count as failed with kind `timeout`. */
  readonly unanswered: number;
  readonly errors: readonly ErrorCount[];
  /** Of how many operations, one after the other, each latency is the mean; absent: each is of one. */
  readonly operationsPerSample?: number;
  /** Due to done. In a closed loop, sent to done. */
  readonly response: EncodedHistogram;
  /** Sent to done. */
  readonly service: EncodedHistogram;
  /** Due to sent: how late the generator was; without the time of faults, to a second after each. Empty in a closed loop. */
  readonly lag: EncodedHistogram;
  /** Due to rejection, of operations that failed. */
  readonly failures: EncodedHistogram;
  /** CPU of the trial process, user and system, less what the driver burned in idle spinning. */
  readonly cpuMicros: number;
  /** CPU of other processes that belong to the target, such as Redis; absent where there are none. */
  readonly outsideCpuMicros?: number;
  /** What drove it, in words: `autocannon`. Absent: dyno's own loop. */
  readonly driver?: string;
  /** Whether the generator spun in this phase; then `cpuMicros` holds an estimate. */
  readonly spun: boolean;
  readonly rssPeakBytes: number;
  /** What the hiccup meter, a thread that does nothing but sleep, saw of the machine. */
  readonly hiccups: HiccupSummary;
  /** Milliseconds of steal time of the whole machine in this phase, over all cores; absent where the kernel does not say. */
  readonly stealMs?: number;
}

/** How late the hiccup meter's own 1 ms sleeps were: lag that is the machine's and not the generator's. */
export interface HiccupSummary {
  readonly count: number;
  readonly p50Micros: number;
  readonly p99Micros: number;
  readonly maxMicros: number;
  /** Share of the wall time lost to sleeps more than 1 ms late, 0 to 1. */
  readonly lostRatio: number;
}

/** One row of the timeline: what happened between `atMs` and `atMs + lengthMs`. */
export interface Interval {
  readonly phase: string;
  readonly kind: "warmup" | "measured";
  /** Milliseconds since the trial began. */
  readonly atMs: number;
  readonly lengthMs: number;
  /** Operations that were due (open loop) or sent (closed). */
  readonly offered: number;
  readonly completed: number;
  readonly errors: Readonly<Record<string, number>>;
  readonly inFlight: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
  /** Non-empty buckets of the response histogram as [lower edge in microseconds, count], on the grid of `heatEdges`, for the heat map. */
  readonly heat: readonly (readonly [number, number])[];
  /** Cores used by the trial process, 1 = one core busy. */
  readonly cpuCores: number;
  /** Cores used by the target's other processes. */
  readonly outsideCpuCores?: number;
  readonly rssBytes: number;
  readonly heapBytes: number;
  /** Longest event-loop delay in microseconds. */
  readonly loopLagMaxMicros: number;
  readonly loopLagP99Micros: number;
  /** Generator lag in this interval, microseconds. */
  readonly lagP99: number;
  /** Totals since the start of the trial, as the target counts them; Redis's own INFO counters begin with `redis_`. */
  readonly counters: Readonly<Record<string, number>>;
}

/** Something worth a mark on the timeline: a fault, a state change. */
export interface TimelineMark {
  readonly atMs: number;
  readonly untilMs?: number;
  readonly label: string;
  /** The kind of fault that this was; absent where the mark is of something else. */
  readonly fault?: string;
  /** What kept it from taking place, or from being ended: `could not be begun: …`. */
  readonly problem?: string;
}

/** Why a trial has no complete result. */
export interface TrialFailure {
  readonly kind: "setup" | "crashed" | "hung" | "interrupted";
  readonly message: string;
  /** The last lines that the child process wrote to stderr. */
  readonly stderr: string;
}

/** What a target found out about its own work, after the load. */
export interface CheckResult {
  /** Such as `nothing lost`. */
  readonly name: string;
  readonly ok: boolean;
  /** One sentence with the figures. */
  readonly detail: string;
  /** The figure that a target of the scenario can name; then that target decides, and not the check. */
  readonly figure?: { readonly name: "lost" | "duplicates"; readonly value: number };
  /** The metric that says the same of every operation: a target on it decides in the same way. */
  readonly metric?: "error_rate";
}

/** What one child process measured. */
export interface TrialResult {
  readonly trial: number;
  readonly seed: number;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** `partial`: ended early, what was measured until then is here. `failed`: nothing usable. */
  readonly status: "completed" | "partial" | "failed";
  readonly failure?: TrialFailure;
  readonly phases: readonly PhaseResult[];
  readonly timeline: readonly Interval[];
  readonly marks: readonly TimelineMark[];
  readonly checks: readonly CheckResult[];
  /** The breakers of the target and their states; absent where it has none. */
  readonly network?: NetworkCourse;
  readonly warnings: readonly string[];
}

/** What the run stood on. Text values, in the order in which people want to read them. */
export interface Environment {
  readonly dynoVersion: string;
  readonly node: string;
  readonly v8: string;
  readonly os: string;
  readonly kernel: string;
  readonly cpuModel: string;
  readonly cores: number;
  readonly governor?: string;
  readonly memoryBytes: number;
  readonly container?: string;
  readonly swap?: string;
  readonly gitRevision?: string;
  readonly gitBranch?: string;
  readonly gitDirty?: boolean;
  readonly lockHash?: string;
  /** The services the target used: `redis 7.0.15, started by dyno, appendfsync everysec`. */
  readonly services: readonly string[];
}

/** A verdict on one target rule, as `judge/` gives it. */
export interface Verdict {
  readonly outcome: "pass" | "fail" | "inconclusive";
  /** The rule as the user wrote it. */
  readonly rule: string;
  readonly metricName: string;
  readonly op: "<" | "<=" | "==" | ">" | ">=";
  readonly limit: number;
  readonly unit: MetricUnit;
  /** The phase, or undefined for all measured phases together. */
  readonly phase?: string;
  /** In the metric's base unit; absent where nothing was measured. */
  readonly measured?: number;
  /** A 95 % interval, where the metric has one. */
  readonly interval?: readonly [number, number];
  /** How far the measured value lies on the good side of the limit, as a share of the limit; negative on the bad side. Of an availability, as a share of what may fail. */
  readonly marginRatio?: number;
  /** How many samples it rests on, and how many it would need. */
  readonly samples: number;
  readonly samplesNeeded?: number;
  /** One sentence in plain words. */
  readonly sentence: string;
  readonly line: number;
  readonly column: number;
}

/** The base unit of a metric: microseconds, a ratio from 0 to 1, operations per second, microseconds of CPU per operation, bytes, a count. */
export type MetricUnit = "us" | "ratio" | "per_second" | "us_per_op" | "bytes" | "count";

/** The outcome of a whole run, worst first: what happened outranks what was measured. */
export type RunOutcome = "pass" | "fail" | "inconclusive" | "invalid" | "setup_failed" | "interrupted";

/** Everything that is known about a run; the content of result.json. Every output is a pure function of it. */
export interface RunResult {
  readonly schemaVersion: typeof schemaVersion;
  readonly scenario: {
    readonly name: string;
    readonly why: string;
    readonly file: string;
    /** The YAML text, secrets masked. */
    readonly source: string;
    readonly target: string;
    readonly seed: number;
    readonly repeat: number;
    /** The measured phases in words: `steady: 10k/s for 10s, poisson`. */
    readonly phases: readonly { readonly phase: string; readonly summary: string }[];
    /** The faults in words: `redis-kill at 5 s for 3 s`; absent where there were to be none. */
    readonly faults?: readonly string[];
  };
  /** The command that does this again. */
  readonly command: string;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly trials: readonly TrialResult[];
  readonly outcome: RunOutcome;
  /** 0, 1, 2, 3, 4, 70, 130 or 143. */
  readonly exitCode: number;
  /** The first sentence of the report: the reason for the outcome. */
  readonly reason: string;
  readonly verdicts: readonly Verdict[];
  /** Why the measurement cannot be trusted; empty unless `invalid`. */
  readonly invalid: readonly string[];
  readonly warnings: readonly string[];
  readonly environment: Environment;
}
