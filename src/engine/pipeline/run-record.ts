import type { ErrorCode } from "../../base/errors.ts";

/** What a run was started with: the event as expressions read it. */
export interface RunInput {
  readonly id: string;
  readonly topic: string;
  readonly timeMs: number;
  readonly key: string | null;
  readonly correlationId: string | null;
  readonly causationId: string | null;
  /** Where a trace of the event goes on. */
  readonly traceparent: string | null;
  readonly data: unknown;
}

/** A failure as it is recorded. */
export interface Failure {
  readonly code: ErrorCode | "error";
  readonly message: string;
}

/**
 * One attempt's place in a run: a step, one item of its `forEach`, or one of its compensations (`undo`, from 0).
 */
export interface Slot {
  readonly step: string;
  readonly index?: number;
  readonly undo?: number;
}

/** What can happen to a run. The order of its records is the run; each is an event on `$run.PIPELINE.TYPE`. */
export type RunRecord =
  /** It began, on this definition. */
  | { readonly type: "started"; readonly definition: string; readonly input: RunInput }
  /** An attempt is about to be made; not before `dueMs`, where it has to wait. */
  | ({
      readonly type: "step.scheduled";
      readonly attempt: number;
      readonly key: string;
      readonly dueMs?: number;
    } & Slot)
  /** For a whole `forEach`, `items` says how many there were; its output is theirs, in their order, null for one that failed. */
  | ({ readonly type: "step.succeeded"; readonly output: unknown; readonly items?: number } & Slot)
  /** An attempt failed; the next one is due at `retryAtMs`, or there is none. Attempt 0: it could not even begin. */
  | ({
      readonly type: "step.failed";
      readonly attempt: number;
      readonly error: Failure;
      readonly retryAtMs?: number;
      readonly items?: number;
    } & Slot)
  /** It is not run: its condition was false, its case was not taken, or nothing that it needs was run. */
  | { readonly type: "step.skipped"; readonly step: string; readonly reason: "condition" | "case" | "needs" }
  | { readonly type: "completed"; readonly outputs: unknown }
  | { readonly type: "failed"; readonly step: string; readonly error: Failure }
  | { readonly type: "cancelled"; readonly reason: string }
  /** It cannot go on here: its definition, or an action of it, is missing. It is resumed once that is back. */
  | { readonly type: "parked"; readonly reason: string };

/** A name for a slot that no other has in its run: the end of the idempotency key. */
export function slotName({ step, index, undo }: Slot): string {
  if (undo !== undefined) return `${step}/undo-${undo}`;
  return index === undefined ? step : `${step}/${index}`;
}
