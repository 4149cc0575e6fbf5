import { type Deferred, deferred } from "../../base/async.ts";
import { DynoError, messageOf } from "../../base/errors.ts";
import type { Event } from "../event.ts";
import { AttemptContext, inputOf, isPromise } from "./attempt.ts";
import type { Scope } from "./expression.ts";
import { failureOf, mayRetry } from "./failure.ts";
import { type FoldedRun, isEnd } from "./fold-run.ts";
import type { Pipeline, Step } from "./pipeline.ts";
import type { ChildRun, Journal, PipelineResult, RunHost, RunIdentity } from "./run-host.ts";
import { eventOf } from "./run-input.ts";
import type { Failure, RunInput, RunRecord } from "./run-record.ts";
import { RunSteps, type StepEvents } from "./run-steps.ts";
import { failedRecord, scheduledRecord, succeededRecord, type Task } from "./task.ts";
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
 * its records before it is done, and whatever comes of it is in them before anything is built on it. A run has one
 * append under way at most, and what is decided meanwhile goes with the next.
 */
export class PipelineRun implements RunIdentity, ChildRun, StepEvents {
  readonly pipeline: Pipeline;
  readonly runId: string;
  readonly input: RunInput;
  readonly scope: Scope;
  readonly result: Promise<PipelineResult>;
  readonly #host: RunHost;
  readonly #journal: Journal;
  readonly #steps: RunSteps;
  readonly #past: FoldedRun | undefined;
  readonly #kept: readonly RunRecord[];
  readonly #done: Deferred<PipelineResult> = deferred();
  /** Made when there is the first: most runs wait for nothing and call nobody. */
  #waits: Map<Task, () => void> | undefined;
  #children: Set<ChildRun> | undefined;
  #controller: AbortController | undefined;
  #event: Event | undefined;
  /** Decided and not yet appended, and what may begin once they are. */
  #records: RunRecord[] = [];
  #decided: Task[] = [];
  #mustStore = false;
  #isAppending = false;
  #isTurning = false;
  /** Tasks that are begun and have no result, those that wait included. */
  #active = 0;
  #undo: Task[] | undefined;
  #undoFailures: string[] | undefined;
  /** Nothing more is decided. */
  #isSuspended = false;
  #parkReason: string | undefined;
  #isAbandoned = false;
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
      this.#records.push({ type: "started", definition: this.pipeline.hash, input: this.input });
    }
    this.#turn();
  }

  /** Stops here without a record of it; `result` rejects (`aborted`), and the run can be resumed from its records. */
  suspend(): void {
    if (this.#end !== undefined || this.#isSuspended) return;
    this.#isSuspended = true;
    for (const child of this.#children ?? []) child.suspend();
    this.#dropWaits();
    this.#abort(new DynoError("aborted", `run ${this.runId} is suspended: the engine stops`));
    const untilMs = this.#host.clock.epochMs() + suspendGraceMs;
    this.#dropGrace = this.#host.timers.at(untilMs, () => this.abandon(this.#suspended()));
    this.#turn();
  }

  /** Ends it for good. Attempts that are under way are aborted, and what comes of them is not heard. */
  cancel(reason: string): void {
    if (this.#end !== undefined || this.#isSuspended) return;
    this.#conclude({ type: "cancelled", reason }, "cancelled", { code: "aborted", message: reason });
    for (const child of this.#children ?? []) child.cancel(reason);
    this.#dropWaits();
    this.#abort(new DynoError("aborted", `run ${this.runId} is cancelled: ${reason}`));
    this.#flush();
  }

  /** Ends it here, once what is under way has ended, until what is missing is back. */
  #park(reason: string): void {
    this.#parkReason ??= reason;
    this.#isSuspended = true;
    this.#dropWaits();
  }

  record(record: RunRecord, isPure: boolean): void {
    this.#records.push(record);
    if (!isPure) this.#mustStore = true;
  }

  skipped(step: Step): void {
    this.#host.meterOf(step, this.pipeline).skipped();
  }

  begin(task: Task, retryAtMs?: number): void {
    this.#active++;
    if (retryAtMs !== undefined && retryAtMs > this.#host.clock.epochMs()) {
      this.#wait(task, retryAtMs, () => this.#schedule(task));
    } else this.#schedule(task);
  }

  /** Decides an attempt. One that is pure is made at once; the others when their record holds. */
  #schedule(task: Task): void {
    const { step, call, slot } = task;
    try {
      if (call !== undefined && call.action === undefined) {
        this.#active--;
        return this.#park(`there is no action ${call.name} any more, which step ${step.id} needs`);
      }
      if (task.attempts === 0 || task.input === undefined) task.input = this.#inputOf(task);
      if (task.dueMs === undefined && call?.action?.dueMs !== undefined) {
        task.dueMs = call.action.dueMs(task.input, this.#host.clock.epochMs());
      }
    } catch (thrown) {
      return this.#fails(task, failureOf(thrown));
    }
    task.attempts++;
    if (task.attempts > 1) this.#host.meterOf(step, this.pipeline).retried();
    if (step.pure && slot.undo === undefined && task.dueMs === undefined) return this.#attempt(task);
    this.record(scheduledRecord(task), false);
    this.#decided.push(task);
  }

  #inputOf({ call, step, slot, item }: Task): unknown {
    const scope = slot.index === undefined ? this.scope : { ...this.scope, item, index: slot.index };
    if (call !== undefined) return inputOf(call, scope);
    return step.work.kind === "pipeline" ? step.work.input.fill(scope) : undefined;
  }

  #attempt(task: Task): void {
    if (task.dueMs !== undefined && task.dueMs > this.#host.clock.epochMs()) {
      this.#wait(task, task.dueMs, () => this.#attempt(task));
      return;
    }
    const beganMicros = this.#host.clock.nowMicros();
    try {
      const output = this.#call(task);
      if (!isPromise(output)) return this.#gave(task, output, beganMicros);
      output.then(
        (value) => this.#gave(task, value, beganMicros),
        (thrown: unknown) => this.#threw(task, thrown, beganMicros),
      );
    } catch (thrown) {
      this.#threw(task, thrown, beganMicros);
    }
  }

  #call(task: Task): unknown {
    const { around } = this.#host;
    if (around === undefined) return this.#callGuarded(task);
    this.#event ??= eventOf(this.input);
    const name = `${this.pipeline.name}/${task.step.id}`;
    const scope = {
      kind: "step",
      name,
      event: this.#event,
      attempt: task.attempts,
      runId: this.runId,
    } as const;
    return around(scope, () => this.#callGuarded(task));
  }

  #callGuarded(task: Task): unknown {
    const { call, step, slot, input } = task;
    const action = call?.action;
    if (action === undefined) return this.#callPipeline(task);
    const guard = slot.undo === undefined ? this.#host.guardOf(step, this.pipeline) : undefined;
    if (guard === undefined) return action.run(input, new AttemptContext(this, task, this.#signal));
    return guard((signal) => action.run(input, new AttemptContext(this, task, signal)), this.#signal());
  }

  async #callPipeline({ step, key, input }: Task): Promise<unknown> {
    if (step.work.kind !== "pipeline") return null;
    const { pipeline } = step.work;
    const child = this.#host.callPipeline(pipeline, key, { ...this.input, data: input });
    this.#children ??= new Set();
    this.#children.add(child);
    try {
      const { status, outputs, error } = await child.result.catch((thrown: unknown) => {
        // It has no result, and so this step has none.
        this.abandon(thrown);
        throw thrown;
      });
      if (status === "completed") return outputs;
      const code = error === undefined || error.code === "error" ? "unavailable" : error.code;
      if (status === "parked") this.#park(error?.message ?? "");
      throw new DynoError(code, `the pipeline ${pipeline} is ${status}: ${error?.message}`);
    } finally {
      this.#children?.delete(child);
    }
  }

  #gave(task: Task, value: unknown, beganMicros: number): void {
    if (this.#end !== undefined) return;
    const tookMicros = this.#host.clock.nowMicros() - beganMicros;
    this.#host.meterOf(task.step, this.pipeline).succeeded(tookMicros);
    const output = value === undefined ? null : value;
    this.record(succeededRecord(task, output), task.step.pure);
    this.#active--;
    if (task.slot.undo === undefined) this.#steps.gave(task, output);
    this.#turn();
  }

  #threw(task: Task, thrown: unknown, beganMicros: number): void {
    if (this.#end !== undefined) return;
    // What an attempt says that was cut off is not what it would have said.
    if (this.#isSuspended) {
      this.#active--;
      return this.#turn();
    }
    this.#host.meterOf(task.step, this.pipeline).failed(this.#host.clock.nowMicros() - beganMicros);
    this.#fails(task, failureOf(thrown));
    this.#turn();
  }

  #fails(task: Task, error: Failure): void {
    task.failures++;
    const { retry, pure } = task.step;
    if (task.failures < retry.attempts && mayRetry(error) && !this.#isHeld(task)) {
      const bound = Math.min(retry.maxDelayMs, retry.delayMs * 2 ** (task.failures - 1));
      const retryAtMs = this.#host.clock.epochMs() + Math.ceil(this.#host.random.next() * bound);
      this.record(failedRecord(task, error, retryAtMs), pure);
      return this.#wait(task, retryAtMs, () => this.#schedule(task));
    }
    this.record(failedRecord(task, error, undefined), pure);
    this.#active--;
    if (task.slot.undo === undefined) this.#steps.threw(task, error);
    else {
      this.#undoFailures ??= [];
      this.#undoFailures.push(`undoing ${task.step.id} failed: ${error.message}`);
    }
  }

  /** Once the run is failing, no step is tried again; but what undoes one is. */
  #isHeld(task: Task): boolean {
    return task.slot.undo === undefined && this.#steps.failure !== undefined;
  }

  #wait(task: Task, atMs: number, then: () => void): void {
    const drop = this.#host.timers.at(atMs, () => {
      this.#waits?.delete(task);
      then();
      this.#turn();
    });
    this.#waits ??= new Map();
    this.#waits.set(task, drop);
  }

  #dropWaits(): void {
    if (this.#waits === undefined) return;
    for (const drop of this.#waits.values()) drop();
    this.#active -= this.#waits.size;
    this.#waits.clear();
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
    this.#flush();
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
      const outputs = this.pipeline.outputs.fill(this.scope) as Readonly<Record<string, unknown>>;
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
    outputs: PipelineResult["outputs"] = noOutputs,
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

  #flush(): void {
    if (this.#isAppending || this.#isAbandoned) return;
    this.#isAppending = true;
    while (this.#decided.length > 0 || this.#mustStore) {
      const tasks = this.#decided;
      const stored = this.#journal.append(this, this.#records);
      this.#records = [];
      this.#decided = [];
      this.#mustStore = false;
      if (stored !== undefined) {
        stored.then(
          () => {
            this.#isAppending = false;
            this.#act(tasks);
            this.#flush();
          },
          (error: unknown) => this.abandon(error),
        );
        return;
      }
      this.#act(tasks);
    }
    this.#isAppending = false;
    this.#settle();
  }

  #act(tasks: readonly Task[]): void {
    if (this.#end !== undefined) return;
    if (this.#isSuspended) {
      this.#active -= tasks.length;
      return this.#turn();
    }
    for (const task of tasks) this.#attempt(task);
  }

  #settle(): void {
    if (this.#end === undefined) return;
    this.#dropGrace();
    if (this.#end.result === undefined) this.#done.reject(this.#end.error);
    else this.#done.resolve(this.#end.result);
  }

  /** Ends it here at once: what the store holds of it is unknown, so nothing may be decided on top of it. */
  abandon(error: unknown): void {
    if (this.#isAbandoned) return;
    this.#isAbandoned = true;
    this.#end = { result: undefined, error };
    this.#dropGrace();
    this.#dropWaits();
    for (const child of this.#children ?? []) child.suspend();
    this.#abort(error);
    this.#done.reject(error);
  }

  #suspended(): DynoError {
    return new DynoError(
      "aborted",
      `run ${this.runId} of ${this.pipeline.name} is suspended; it can be resumed`,
    );
  }

  readonly #signal = (): AbortSignal => {
    this.#controller ??= new AbortController();
    return this.#controller.signal;
  };

  #abort(reason: unknown): void {
    this.#signal();
    this.#controller?.abort(reason);
  }
}
