import type { Clock } from "../../base/clock.ts";
import type { OperationSink } from "../../measure/recorder.ts";
import type { ClosedPhase } from "../../scenario/scenario.ts";

/** What every driver is given. */
export interface LoadOrder {
  /** The number of the first operation; operations are numbered through the whole trial. */
  readonly firstOperation: number;
  readonly recorder: OperationSink;
  readonly clock: Clock;
  /** When the phase begins, on the clock. */
  readonly startMicros: number;
  /** Aborted: nothing more is sent; what is in flight is waited for. */
  readonly signal: AbortSignal;
  /** How long to wait for answers after the last operation was sent. */
  readonly drainMs: number;
  /** In a measured slice: how many operations the recorder takes together; the same in both arms. */
  readonly batchOperations?: number;
}

/** What a driver did. */
export interface LoadOutcome {
  /** Operations of the schedule, sent or not; in a closed loop those sent. */
  readonly asked: number;
  readonly sent: number;
  /** Those that were sent before the phase was over. */
  readonly sentInTime: number;
  readonly unanswered: number;
  /** How long operations were sent, in milliseconds. */
  readonly sendingMs: number;
  /** Processor time that went into waiting for the next operation to fall due. */
  readonly idleSpinMicros: number;
  /** What drove it, in words, where that was not a loop of dyno's own. */
  readonly driver?: string;
  /** Of how many operations each latency is the mean; absent: each is of one. */
  readonly operationsPerSample?: number;
}

/** A load that is running. */
export interface RunningLoad {
  readonly done: Promise<LoadOutcome>;
  readonly inFlight: () => number;
}

/**
 * A closed loop that a target brings along, where a library of its field measures better than calls one by one:
 * tinybench for functions, autocannon for HTTP. It records into the order's recorder like any other.
 */
export interface OwnClosedLoop {
  /** What it is, in words: `tinybench 6.2.3`. */
  readonly name: string;
  /** Whether slices of a comparison are driven by it as well; otherwise they are driven by `fire`. */
  readonly inSlices: boolean;
  start(order: LoadOrder & { readonly phase: ClosedPhase }): RunningLoad;
}
