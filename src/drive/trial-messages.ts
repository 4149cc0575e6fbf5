import type { ErrorCode } from "../base/errors.ts";
import type { TrialResult } from "../measure/result.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { ProgressEvent } from "./progress.ts";

/** Everything that a child process needs for one trial. Plain JSON. */
export interface TrialSpec {
  readonly scenario: Scenario;
  /** From 0. */
  readonly trial: number;
  readonly seed: number;
  readonly services: { readonly redisUrl?: string };
  /** A folder of this trial's own. */
  readonly scratchDir: string;
  /** Where to write every operation, compressed NDJSON; left out, nowhere. */
  readonly samplesPath?: string;
}

/** From dyno to the child. */
export type ToChild = { readonly type: "start"; readonly spec: TrialSpec } | { readonly type: "stop" };

/** From the child to dyno. */
export type FromChild =
  /** The target is up. */
  | { readonly type: "ready" }
  /** Nothing new, but still there. */
  | { readonly type: "alive" }
  | { readonly type: "progress"; readonly event: ProgressEvent }
  | { readonly type: "result"; readonly result: TrialResult }
  | { readonly type: "failed"; readonly code: ErrorCode; readonly message: string };
