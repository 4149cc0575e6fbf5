import type { ErrorCode } from "../../base/errors.ts";
import type { ArmFigures } from "../../measure/pair.ts";
import type { Phase } from "../../scenario/scenario.ts";
import type { ServiceAddresses } from "../target.ts";

/**
 * The version of these messages. The two sides of a comparison can come from different revisions, so a field may be
 * added, but what one means must not change without a new version.
 */
export const twinProtocol = 1;

/** What a process needs to build its target. Plain JSON. */
export interface ArmSpec {
  readonly target: { readonly kind: string; readonly settings: unknown };
  readonly seed: number;
  readonly services: ServiceAddresses;
  readonly scenarioDir: string;
  readonly scratchDir: string;
  /** Whether the work is to be checked at the end. */
  readonly verifies: boolean;
  /** The most clients that a closed phase has. */
  readonly clients?: number;
}

/** A short stretch of load. */
export interface SliceOrder {
  /** A phase as long as the slice with its lead-in. */
  readonly phase: Phase;
  /** What was due in this time counts nowhere: the process has just been idle. Milliseconds. */
  readonly leadMs: number;
  /** How many answers make a batch, whose cost is taken; the same in both arms. */
  readonly batchOperations: number;
  /** Whether slices of this phase have different loads. */
  readonly varies: boolean;
  /** The same in both arms, so that operations are due at the same times. */
  readonly seed: number;
  /** Warm-up: counted nowhere but in the answer. */
  readonly isWarmup: boolean;
}

/** What came of a slice: enough to see when the process is warm. */
export interface SliceAnswer {
  readonly completed: number;
  readonly failed: number;
  /** Microseconds for each operation; 0 where none was completed. */
  readonly costMicros: number;
  /** Median latency in microseconds; 0 where none was completed. */
  readonly p50Micros: number;
  /** The first failure, in words. */
  readonly failure?: string;
}

/** From dyno to the process. */
export type ToTwin =
  | { readonly type: "start"; readonly spec: ArmSpec }
  | { readonly type: "slice"; readonly id: number; readonly order: SliceOrder }
  /** `stays`: the process waits for another start, in place of its end. */
  | { readonly type: "stop"; readonly stays?: boolean };

/** From the process to dyno. */
export type FromTwin =
  | { readonly type: "hello"; readonly protocol: number }
  | { readonly type: "ready" }
  | { readonly type: "slice"; readonly id: number; readonly answer: SliceAnswer }
  | { readonly type: "stopped"; readonly figures: ArmFigures }
  | { readonly type: "failed"; readonly code: ErrorCode; readonly message: string };
