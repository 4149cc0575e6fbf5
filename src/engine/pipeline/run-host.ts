import type { Clock } from "../../base/clock.ts";
import type { Random } from "../../base/random.ts";
import type { Observer } from "../observer.ts";
import type { Pipeline, Step } from "./pipeline.ts";
import type { Failure, RunInput, RunRecord } from "./run-record.ts";
import type { StepMeter } from "./step-metrics.ts";
import type { WallTimers } from "./wall-timers.ts";

/** Where the records of runs go. */
export interface Journal {
  /**
   * Appends records of one run, in order. They hold when it resolves; undefined says that they hold already. After
   * a rejection it is unknown whether they do, and the run must be read again before it goes on. Nothing is tried again
   * once `isGone` says that the run has been let go of.
   */
  append(
    run: RunIdentity,
    records: readonly RunRecord[],
    isGone?: () => boolean,
  ): Promise<unknown> | undefined;
  /** Throws where an output cannot be recorded. */
  check?(output: unknown): void;
}

/** Which run it is. */
export interface RunIdentity {
  readonly runId: string;
  readonly pipeline: Pipeline;
  readonly input: RunInput;
}

/** Calls an action under a step's timeout, breaker and bulkhead. */
export type Guard = (call: (signal: () => AbortSignal) => unknown, signal: AbortSignal) => Promise<unknown>;

/** How a run ended. */
export interface PipelineResult {
  readonly runId: string;
  readonly pipeline: string;
  readonly status: "completed" | "failed" | "cancelled" | "parked";
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly error: Failure | undefined;
  /** All records, where the run was kept in memory alone; else empty. */
  readonly records: readonly RunRecord[];
}

/** A run that one of another pipeline called. */
export interface ChildRun {
  readonly result: Promise<PipelineResult>;
  /** See `PipelineRun`. */
  suspend(): void;
  cancel(reason: string): void;
}

/** What all runs of one process share. */
export interface RunHost {
  readonly clock: Clock;
  readonly random: Random;
  readonly timers: WallTimers;
  /** Looks on while actions work. */
  readonly around: Observer["around"];
  /** Undefined for a step that has no timeout, breaker or bulkhead. */
  guardOf(step: Step, pipeline: Pipeline): Guard | undefined;
  meterOf(step: Step, pipeline: Pipeline): StepMeter;
  /** Starts, or goes on with, a run of the pipeline of this name; one that is parked at once where there is none. */
  callPipeline(name: string, runId: string, input: RunInput): ChildRun;
}
