import type { FoldedTask } from "./fold-run.ts";
import type { Call, Step } from "./pipeline.ts";
import { type Failure, type RunRecord, type Slot, slotName } from "./run-record.ts";

/** One piece of work of a run: a step, an item of its `forEach`, or a compensation. */
export interface Task {
  readonly step: Step;
  readonly slot: Slot;
  /** Undefined where it calls a pipeline. */
  readonly call: Call | undefined;
  /** The same for all attempts. */
  readonly key: string;
  readonly item: unknown;
  input: unknown;
  attempts: number;
  failures: number;
  /** The action does not run before this (milliseconds since 1970, UTC). */
  dueMs: number | undefined;
}

/** A task as far as it had come; `past` is undefined for one that is new. */
export function createTask(
  runId: string,
  step: Step,
  { slot, call, item }: Pick<Task, "slot" | "call" | "item">,
  past: FoldedTask | undefined,
): Task {
  return {
    step,
    slot,
    call,
    key: `${runId}/${slotName(slot)}`,
    item,
    input: undefined,
    attempts: past?.attempts ?? 0,
    failures: past?.failures ?? 0,
    dueMs: past?.dueMs,
  };
}

/** The record of an attempt that is about to be made. */
export function scheduledRecord({ slot, attempts: attempt, key, dueMs }: Task): RunRecord {
  if (dueMs === undefined && isWhole(slot)) return { type: "step.scheduled", step: slot.step, attempt, key };
  return { type: "step.scheduled", ...slot, attempt, key, ...(dueMs === undefined ? {} : { dueMs }) };
}

/** The record of a task that is done. */
export function succeededRecord({ slot }: Task, output: unknown): RunRecord {
  if (isWhole(slot)) return { type: "step.succeeded", step: slot.step, output };
  return { type: "step.succeeded", ...slot, output };
}

/** Most slots are, and a literal costs a tenth of a spread. */
function isWhole({ index, undo }: Slot): boolean {
  return index === undefined && undo === undefined;
}

/** The record of an attempt that failed. */
export function failedRecord(
  { slot, attempts: attempt }: Task,
  error: Failure,
  retryAtMs: number | undefined,
): RunRecord {
  return retryAtMs === undefined
    ? { type: "step.failed", ...slot, attempt, error }
    : { type: "step.failed", ...slot, attempt, error, retryAtMs };
}
