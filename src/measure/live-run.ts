/** A run as it is shown while it goes on, and how it ended. */
export interface LiveRun {
  /** 1 for the first run of this server. */
  readonly id: number;
  readonly scenario: string;
  readonly state: "running" | "cancelling" | "ended";
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** What the target runs on, in words; empty while that is not known. */
  readonly note: string;
  /** The trial under way, from 1, of so many; absent before the first. */
  readonly trial?: { readonly number: number; readonly of: number };
  readonly phase?: LivePhase;
  /** What a fault does now, or how the latest one went. */
  readonly fault?: string;
  /** The newest rows, oldest first; at most `maxLivePoints`. */
  readonly points: readonly LivePoint[];
  readonly end?: LiveEnd;
}

/** How many rows of a run are kept to be drawn. */
export const maxLivePoints = 600;

/** The phase that is under way. */
export interface LivePhase {
  readonly phase: string;
  readonly kind: "warmup" | "measured";
  readonly summary: string;
  readonly durationMs: number;
  readonly doneMs: number;
}

/** One row: rates in operations a second, times in microseconds. */
export interface LivePoint {
  /** Middle of the row, in milliseconds of load since the run began: the time between trials is left out. */
  readonly atMs: number;
  readonly lengthMs: number;
  readonly isWarmup: boolean;
  readonly offeredPerSec: number;
  readonly completedPerSec: number;
  readonly failedPerSec: number;
  readonly inFlight: number;
  readonly p50: number;
  readonly p99: number;
  /** How late the generator sent, 99th percentile. */
  readonly lagP99: number;
  /** Cores that the trial's process and its target's keep busy. */
  readonly cpuCores: number;
}

/** How a run ended. */
export interface LiveEnd {
  /** As the result calls it; `error`: it came to none, such as a scenario that cannot be accepted. */
  readonly outcome: string;
  readonly exitCode: number;
  /** One sentence; of an error, its message. */
  readonly reason: string;
  /** The report's folder, named from the folder of reports; absent where there is none. */
  readonly folder?: string;
}
