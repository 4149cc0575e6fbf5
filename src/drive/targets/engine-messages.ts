import type { ErrorCode } from "../../base/errors.ts";
import type { Fault } from "../../scenario/fault.ts";
import type { HostConfig, HostReport, HostUsage } from "./engine-host.ts";

/** From the trial to the process that hosts the engine. */
export type ToHost =
  | { readonly type: "start"; readonly config: HostConfig }
  /** The numbers of operations to publish, in order. */
  | { readonly type: "publish"; readonly operations: readonly number[] }
  | { readonly type: "usage" }
  | { readonly type: "inject"; readonly id: number; readonly fault: Fault }
  | { readonly type: "mend"; readonly id: number }
  | { readonly type: "close" };

/** From the host to the trial. */
export type FromHost =
  | { readonly type: "ready" }
  | { readonly type: "failed"; readonly code: ErrorCode; readonly message: string }
  /** Operations that were acknowledged, and those that failed, with their kind and message. */
  | {
      readonly type: "settled";
      readonly done: readonly number[];
      readonly failed: readonly (readonly [n: number, kind: string, message: string])[];
    }
  | { readonly type: "usage"; readonly usage: HostUsage }
  /** A fault was begun or mended, or why it could not be. */
  | { readonly type: "fault-done"; readonly id: number; readonly problem?: string }
  | { readonly type: "closed"; readonly report: HostReport };
