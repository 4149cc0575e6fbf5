import type { ErrorCode } from "../base/errors.ts";
import type { TrialResult } from "../measure/result.ts";
import type { Fault } from "../scenario/fault.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { ProgressEvent } from "./progress.ts";
import type { ServiceAddresses } from "./target.ts";

/** Everything that a child process needs for one trial. Plain JSON. */
export interface TrialSpec {
  readonly scenario: Scenario;
  /** From 0. */
  readonly trial: number;
  readonly seed: number;
  readonly services: ServiceAddresses;
  /** A folder of this trial's own. */
  readonly scratchDir: string;
  /** Where to write every operation, compressed NDJSON; left out, nowhere. */
  readonly samplesPath?: string;
}

/** From dyno to the child. */
export type ToChild =
  | { readonly type: "start"; readonly spec: TrialSpec }
  | { readonly type: "stop" }
  /** What was asked for with this number is done, or why it cannot be. */
  | { readonly type: "fault-done"; readonly id: number; readonly problem?: string };

/** From the child to dyno. */
export type FromChild =
  /** The target is up. */
  | { readonly type: "ready" }
  /** Nothing new, but still there. */
  | { readonly type: "alive" }
  /** The load is over; what follows is bounded, however lively it is. */
  | { readonly type: "stopping" }
  | { readonly type: "progress"; readonly event: ProgressEvent }
  /** A fault of a service is to begin. */
  | { readonly type: "fault-begin"; readonly id: number; readonly fault: Fault }
  /** The fault that was begun with this number is to end; the answer bears the same number. */
  | { readonly type: "fault-end"; readonly id: number }
  | { readonly type: "result"; readonly result: TrialResult }
  | { readonly type: "failed"; readonly code: ErrorCode; readonly message: string };
