import { type Failure, type RunInput, type RunRecord, type Slot, slotName } from "./run-record.ts";

/** What is known of one step's work, of one item, or of one compensation. */
export interface FoldedTask {
  /** Attempts that were scheduled. */
  attempts: number;
  /** Attempts that are known to have failed; one that a crash cut off is not. */
  failures: number;
  /** The last attempt that is known to have failed. */
  failedAttempt: number;
  /** Before this the scheduled attempt does not run. */
  dueMs: number | undefined;
  /** When the next attempt is due after a failure. */
  retryAtMs: number | undefined;
  result: { readonly output: unknown } | { readonly error: Failure } | undefined;
}

/** How far a step is. */
export type StepStatus = "pending" | "running" | "succeeded" | "failed" | "skipped";

/** What is known of one step. */
export interface FoldedStep {
  status: StepStatus;
  output: unknown;
  error: Failure | undefined;
  /** Why it was skipped. */
  reason: string | undefined;
  /** By slot name. */
  readonly tasks: Map<string, FoldedTask>;
}

/** How far a run is. */
export type RunStatus = "running" | "completed" | "failed" | "cancelled" | "parked";

/** A run as its records tell it. */
export interface FoldedRun {
  status: RunStatus;
  definition: string | undefined;
  input: RunInput | undefined;
  readonly steps: Map<string, FoldedStep>;
  /** Steps that are over, in the order in which they ended. */
  readonly ended: string[];
  outputs: unknown;
  error: Failure | undefined;
}

/** A run of which nothing is known. */
export function emptyRun(): FoldedRun {
  return {
    status: "running",
    definition: undefined,
    input: undefined,
    steps: new Map(),
    ended: [],
    outputs: undefined,
    error: undefined,
  };
}

/** The state that the records of one run add up to. A record that comes twice changes nothing. */
export function foldRun(records: Iterable<RunRecord>): FoldedRun {
  const run = emptyRun();
  for (const record of records) applyRecord(run, record);
  return run;
}

/** Takes one more record into a run's state. */
export function applyRecord(run: FoldedRun, record: RunRecord): void {
  if (isEnd(run.status)) return;
  run.status = "running";
  switch (record.type) {
    case "started":
      run.definition = record.definition;
      run.input = record.input;
      return;
    case "completed":
      run.status = "completed";
      run.outputs = record.outputs;
      return;
    case "failed":
      run.status = "failed";
      run.error = record.error;
      return;
    case "cancelled":
    case "parked":
      run.status = record.type;
      run.error = { code: record.type === "parked" ? "conflict" : "aborted", message: record.reason };
      return;
    default:
      applyToStep(run, stepOf(run, record.step), record);
  }
}

/** Whether nothing can follow. */
export function isEnd(status: RunStatus): boolean {
  return status === "completed" || status === "failed" || status === "cancelled";
}

type StepRecord = Extract<RunRecord, { readonly type: `step.${string}` }>;

function applyToStep(run: FoldedRun, step: FoldedStep, record: StepRecord): void {
  const end = (status: StepStatus): void => {
    if (step.status !== "pending" && step.status !== "running") return;
    step.status = status;
    run.ended.push(record.step);
  };
  if (record.type === "step.skipped") {
    step.reason = record.reason;
    return end("skipped");
  }
  const isWhole = record.index === undefined && record.undo === undefined;
  const task = taskOf(step, record);
  if (record.type === "step.scheduled") {
    if (step.status === "pending") step.status = "running";
    task.attempts = Math.max(task.attempts, record.attempt);
    task.dueMs = record.dueMs;
    task.retryAtMs = undefined;
  } else if (record.type === "step.succeeded") {
    task.result ??= { output: record.output };
    if (!isWhole) return;
    step.output = record.items === undefined ? record.output : outputsOf(step, record.step, record.items);
    end("succeeded");
  } else {
    if (record.attempt > task.failedAttempt) {
      task.failures++;
      task.failedAttempt = record.attempt;
    }
    task.retryAtMs = record.retryAtMs;
    if (record.retryAtMs !== undefined) return;
    task.result ??= { error: record.error };
    if (!isWhole) return;
    step.error = record.error;
    if (record.items !== undefined) step.output = outputsOf(step, record.step, record.items);
    end("failed");
  }
}

/** What the items of a `forEach` gave; null for one that failed. */
function outputsOf(step: FoldedStep, id: string, items: number): unknown[] {
  return Array.from({ length: items }, (_, index) => {
    const result = step.tasks.get(slotName({ step: id, index }))?.result;
    return result !== undefined && "output" in result ? result.output : null;
  });
}

function stepOf(run: FoldedRun, id: string): FoldedStep {
  const known = run.steps.get(id);
  if (known !== undefined) return known;
  const step: FoldedStep = {
    status: "pending",
    output: null,
    error: undefined,
    reason: undefined,
    tasks: new Map(),
  };
  run.steps.set(id, step);
  return step;
}

function taskOf(step: FoldedStep, slot: Slot): FoldedTask {
  const name = slotName(slot);
  const known = step.tasks.get(name);
  if (known !== undefined) return known;
  const task: FoldedTask = {
    attempts: 0,
    failures: 0,
    failedAttempt: 0,
    dueMs: undefined,
    retryAtMs: undefined,
    result: undefined,
  };
  step.tasks.set(name, task);
  return task;
}
