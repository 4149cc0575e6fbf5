import { type Deferred, deferred } from "../../base/async.ts";
import { DynoError, messageOf } from "../../base/errors.ts";
import { type AttemptEvents, Attempts } from "./attempts.ts";
import type { Scope } from "./expression.ts";
import { failureOf, mayRetry } from "./failure.ts";
import { type FoldedRun, isEnd } from "./fold-run.ts";
import { Outbox, type OutboxEvents } from "./outbox.ts";
import type { Pipeline, Step } from "./pipeline.ts";
import type { ChildRun, Journal, PipelineResult, RunHost } from "./run-host.ts";
import type { Failure, RunInput, RunRecord } from "./run-record.ts";
import { RunSteps, type StepEvents } from "./run-steps.ts";
import { inputOfTask } from "./step-input.ts";
import { failedRecord, succeededRecord, type Task } from "./task.ts";
import { undoTasks } from "./undo-tasks.ts";

/** What one run is made of. */
export interface RunParts {
  readonly host: RunHost;
  readonly journal: Journal;
  readonly pipeline: Pipeline;
  readonly runId: string;
  readonly input: RunInput;
  /** What it has recorded before, where it is resumed. */
  readonly past: FoldedRun | undefined;
  /** The records for the result, which the journal adds to. */
  readonly kept?: readonly RunRecord[];
}

const noRecords: readonly RunRecord[] = [];
const noOutputs: PipelineResult["outputs"] = {};

/** How long a run that is suspended waits for attempts that do not heed their signal. */
const suspendGraceMs = 5000;

/**
 * One run of a pipeline: decides, appends what it decided, and acts only when that holds. So whatever it does is in
 * its records before it is done, and whatever comes of it is in them before anything is built on it.
 */
export class PipelineRun implements ChildRun, StepEvents, AttemptEvents, OutboxEvents {
  readonly pipeline: Pipeline;
  readonly runId: string;
  readonly input: RunInput;
  readonly scope: Scope;
  readonly result: Promise<PipelineResult>;
  readonly #host: RunHost;
  readonly #journal: Journal;
  readonly #outbox: Outbox;
  readonly #attempts: Attempts;
  readonly #steps: RunSteps;
  readonly #past: FoldedRun | undefined;
  readonly #kept: readonly RunRecord[];
  readonly #done: Deferred<PipelineResult> = deferred();
  /** Tasks that are begun and have no result, those that wait included. */
  #active = 0;
  #isTurning = false;
  #undo: Task[] | undefined;
  #undoFailures: string[] | undefined;
  /** Nothing more is decided. */
  #isSuspended = false;
  #parkReason: string | undefined;
  #dropGrace: () => void = () => undefined;
  /** How it ends, once what is decided is stored. */
  #end: { readonly result: PipelineResult | undefined; readonly error: unknown } | undefined;

  constructor({ host, journal, pipeline, runId, input, past, kept = noRecords }: RunParts) {
    this.#host = host;
    this.#journal = journal;
    this.pipeline = pipeline;
    this.runId = runId;
    this.input = input;
    this.#past = past;
    this.#kept = kept;
    this.scope = { event: input, steps: {}, params: pipeline.params };
    this.#outbox = new Outbox(this, journal);
    this.#attempts = new Attempts(this, host);
    this.#steps = new RunSteps(this, past);
    this.result = this.#done.promise;
  }

  /** Begins the run, or goes on with it. */
  start(): void {
    if (this.#past !== undefined && isEnd(this.#past.status)) {
      const { error } = this.#past;
      const status = this.#past.status as PipelineResult["status"];
      const outputs = (this.#past.outputs ?? {}) as PipelineResult["outputs"];
      this.#done.resolve(this.#resultOf(status, outputs, error));
      return;
    }
    if (this.#past?.definition === undefined) {
      this.record({ type: "started", definition: this.pipeline.hash, input: this.input }, true);
    }
    this.#turn();
  }

  /** Stops here without a record of it; `result` rejects (`aborted`), and the run can be resumed from its records. */
  suspend(): void {
    if (this.#end !== undefined || this.#isSuspended) return;
    this.#isSuspended = true;
    this.#attempts.suspendChildren();
    this.#dropWaits();
    this.#attempts.abort(new DynoError("aborted", `run ${this.runId} is suspended: the engine stops`));
    const untilMs = this.#host.clock.epochMs() + suspendGraceMs;
    this.#dropGrace = this.#host.timers.at(untilMs, () => this.lost(this.#suspended()));
    this.#turn();
  }

  /** Ends it for good. Attempts that are under way are aborted, and what comes of them is not heard. */
  cancel(reason: string): void {
    if (this.#end !== undefined || this.#isSuspended) return;
    this.#conclude({ type: "cancelled", reason }, "cancelled", { code: "aborted", message: reason });
    this.#attempts.cancelChildren(reason);
    this.#dropWaits();
    this.#attempts.abort(new DynoError("aborted", `run ${this.runId} is cancelled: ${reason}`));
    this.#outbox.flush();
  }

  /** Ends it here, once what is under way has ended, until what is missing is back. */
  park(reason: string): void {
    this.#parkReason ??= reason;
    this.#isSuspended = true;
    this.#dropWaits();
  }

  /** Ends it here at once: what the store holds of it is unknown, so nothing may be decided on top of it. */
  lost(error: unknown): void {
    this.#end = { result: undefined, error };
    this.#outbox.close();
    this.#dropGrace();
    this.#dropWaits();
    this.#attempts.suspendChildren();
    this.#attempts.abort(error);
    this.#done.reject(error);
  }

  record(record: RunRecord, isPure: boolean): void {
    this.#outbox.add(record, isPure);
  }

  skipped(step: Step): void {
    this.#host.meterOf(step, this.pipeline).skipped();
  }

  begin(task: Task, retryAtMs?: number): void {
    this.#active++;
    if (retryAtMs !== undefined && retryAtMs > this.#host.clock.epochMs()) {
      this.#attempts.wait(task, retryAtMs, () => this.#schedule(task));
    } else this.#schedule(task);
  }

  /** Decides an attempt. One that is pure is made at once; the others when their record holds. */
  #schedule(task: Task): void {
    const { step, call, slot } = task;
    if (call !== undefined && call.action === undefined) {
      this.#active--;
      return this.park(`there is no action ${call.name} any more, which step ${step.id} needs`);
    }
    try {
      if (task.attempts === 0 || task.input === undefined) task.input = inputOfTask(task, this.scope);
      if (task.dueMs === undefined && call?.action?.dueMs !== undefined) {
        task.dueMs = call.action.dueMs(task.input, this.#host.clock.epochMs());
      }
    } catch (thrown) {
      return this.#fails(task, failureOf(thrown));
    }
    task.attempts++;
    if (task.attempts > 1) this.#host.meterOf(step, this.pipeline).retried();
    if (step.pure && slot.undo === undefined && task.dueMs === undefined) this.#attempts.make(task);
    else this.#outbox.addAttempt(task);
  }

  stored(tasks: readonly Task[]): void {
    if (this.#end !== undefined) return;
    if (this.#isSuspended) {
      this.#active -= tasks.length;
      return this.#turn();
    }
    for (const task of tasks) this.#attempts.make(task);
  }

  gave(task: Task, value: unknown): void {
    if (this.#end !== undefined) return;
    const output = value === undefined ? null : value;
    try {
      this.#journal.check?.(output);
    } catch (thrown) {
      this.#fails(task, { code: "usage", message: `the output is no JSON: ${messageOf(thrown)}` });
      return this.#turn();
    }
    this.record(succeededRecord(task, output), task.step.pure);
    this.#active--;
    if (task.slot.undo === undefined) this.#steps.gave(task, output);
    this.#turn();
  }

  threw(task: Task, thrown: unknown): void {
    if (this.#end !== undefined) return;
    // What an attempt says that was cut off is not what it would have said.
    if (this.#isSuspended) this.#active--;
    else this.#fails(task, failureOf(thrown));
    this.#turn();
  }

  woken(): void {
    this.#turn();
  }

  #fails(task: Task, error: Failure): void {
    task.failures++;
    const { retry, pure } = task.step;
    if (task.failures < retry.attempts && mayRetry(error) && !this.#isHeld(task)) {
      const bound = Math.min(retry.maxDelayMs, retry.delayMs * 2 ** (task.failures - 1));
      const retryAtMs = this.#host.clock.epochMs() + Math.ceil(this.#host.random.next() * bound);
      this.record(failedRecord(task, error, retryAtMs), pure);
      return this.#attempts.wait(task, retryAtMs, () => this.#schedule(task));
    }
    this.record(failedRecord(task, error, undefined), pure);
    this.#active--;
    if (task.slot.undo === undefined) return this.#steps.threw(task, error);
    this.#undoFailures ??= [];
    this.#undoFailures.push(`undoing ${task.step.id} failed: ${error.message}`);
  }

  /** Once the run is failing, no step is tried again; but what undoes one is. */
  #isHeld(task: Task): boolean {
    return task.slot.undo === undefined && this.#steps.failure !== undefined;
  }

  #dropWaits(): void {
    this.#active -= this.#attempts.dropWaits();
  }

  /** Decides all that can be decided now, then stores it. */
  #turn(): void {
    if (this.#isTurning) return;
    this.#isTurning = true;
    do {
      if (!this.#isSuspended) this.#steps.decideReady();
      if (this.#steps.failure !== undefined && this.#undo === undefined) this.#dropWaits();
      if (this.#active === 0 && this.#end === undefined) this.#whenIdle();
    } while (this.#end === undefined && (this.#active === 0 || (!this.#isSuspended && this.#steps.hasReady)));
    this.#isTurning = false;
    this.#outbox.flush();
  }

  #whenIdle(): void {
    const reason = this.#parkReason;
    if (reason !== undefined) {
      return this.#conclude({ type: "parked", reason }, "parked", { code: "conflict", message: reason });
    }
    if (this.#isSuspended) {
      this.#end = { result: undefined, error: this.#suspended() };
      return;
    }
    const { failure } = this.#steps;
    if (failure === undefined) return this.#complete();
    this.#undo ??= this.#steps.wantsUndo ? undoTasks(this, this.#steps.ended, this.#past) : [];
    const next = this.#undo.shift();
    if (next !== undefined) return this.begin(next);
    const message = [failure.error.message, ...(this.#undoFailures ?? [])].join("; ");
    const error = { code: failure.error.code, message };
    this.#conclude({ type: "failed", step: failure.step, error }, "failed", error);
  }

  #complete(): void {
    try {
      const outputs = this.pipeline.outputs.fill(this.scope) as PipelineResult["outputs"];
      this.#conclude({ type: "completed", outputs }, "completed", undefined, outputs);
    } catch (thrown) {
      const error = { ...failureOf(thrown), message: `outputs: ${messageOf(thrown)}` };
      this.#conclude({ type: "failed", step: "", error }, "failed", error);
    }
  }

  #conclude(
    record: RunRecord,
    status: PipelineResult["status"],
    error: Failure | undefined,
    outputs = noOutputs,
  ): void {
    this.record(record, false);
    this.#end = { result: this.#resultOf(status, outputs, error), error: undefined };
  }

  #resultOf(
    status: PipelineResult["status"],
    outputs: PipelineResult["outputs"],
    error: Failure | undefined,
  ): PipelineResult {
    return { runId: this.runId, pipeline: this.pipeline.name, status, outputs, error, records: this.#kept };
  }

  emptied(): void {
    if (this.#end === undefined) return;
    this.#dropGrace();
    if (this.#end.result === undefined) this.#done.reject(this.#end.error);
    else this.#done.resolve(this.#end.result);
  }

  #suspended(): DynoError {
    return new DynoError(
      "aborted",
      `run ${this.runId} of ${this.pipeline.name} is suspended; it can be resumed`,
    );
  }
}
