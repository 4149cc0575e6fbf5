import { DynoError } from "../../base/errors.ts";
import type { Event } from "../event.ts";
import { AttemptContext } from "./attempt-context.ts";
import type { ChildRun, RunHost, RunIdentity } from "./run-host.ts";
import { eventOf } from "./run-input.ts";
import type { Task } from "./task.ts";

/** Who is told what becomes of attempts. */
export interface AttemptEvents extends RunIdentity {
  gave(task: Task, output: unknown): void;
  threw(task: Task, thrown: unknown): void;
  /** Something was waited for and is there. */
  woken(): void;
  /** A pipeline that a step called is parked. */
  park(reason: string): void;
  /** A run that a step called has no result, and so the step has none. */
  lost(error: unknown): void;
}

/** Makes the attempts of one run, and waits for their times. */
export class Attempts {
  readonly #run: AttemptEvents;
  readonly #host: RunHost;
  /** Made when there is the first: most runs wait for nothing and call nobody. */
  #waits: Map<Task, () => void> | undefined;
  #children: Set<ChildRun> | undefined;
  #controller: AbortController | undefined;
  #event: Event | undefined;

  constructor(run: AttemptEvents, host: RunHost) {
    this.#run = run;
    this.#host = host;
  }

  /** Makes an attempt, at its time. */
  make(task: Task): void {
    if (task.dueMs !== undefined && task.dueMs > this.#host.clock.epochMs()) {
      this.wait(task, task.dueMs, () => this.make(task));
      return;
    }
    const beganMicros = this.#host.clock.nowMicros();
    try {
      const output = this.#observed(task);
      if (!isPromise(output)) return this.#gave(task, output, beganMicros);
      output.then(
        (value) => this.#gave(task, value, beganMicros),
        (thrown: unknown) => this.#threw(task, thrown, beganMicros),
      );
    } catch (thrown) {
      this.#threw(task, thrown, beganMicros);
    }
  }

  #gave(task: Task, output: unknown, beganMicros: number): void {
    const tookMicros = this.#host.clock.nowMicros() - beganMicros;
    this.#host.meterOf(task.step, this.#run.pipeline).succeeded(tookMicros);
    this.#run.gave(task, output);
  }

  #threw(task: Task, thrown: unknown, beganMicros: number): void {
    const tookMicros = this.#host.clock.nowMicros() - beganMicros;
    this.#host.meterOf(task.step, this.#run.pipeline).failed(tookMicros);
    this.#run.threw(task, thrown);
  }

  #observed(task: Task): unknown {
    const { around } = this.#host;
    if (around === undefined) return this.#call(task);
    const { pipeline, runId, input } = this.#run;
    this.#event ??= eventOf(input);
    const name = `${pipeline.name}/${task.step.id}`;
    const scope = { kind: "step", name, event: this.#event, attempt: task.attempts, runId } as const;
    return around(scope, () => this.#call(task));
  }

  #call(task: Task): unknown {
    const { call, step, slot, input } = task;
    const action = call?.action;
    if (action === undefined) return this.#callPipeline(task);
    const guard = slot.undo === undefined ? this.#host.guardOf(step, this.#run.pipeline) : undefined;
    if (guard === undefined) return action.run(input, new AttemptContext(this.#run, task, this.#signal));
    return guard((signal) => action.run(input, new AttemptContext(this.#run, task, signal)), this.#signal());
  }

  async #callPipeline({ step, key, input }: Task): Promise<unknown> {
    if (step.work.kind !== "pipeline") return null;
    const { pipeline } = step.work;
    const child = this.#host.callPipeline(pipeline, key, { ...this.#run.input, data: input });
    this.#children ??= new Set();
    this.#children.add(child);
    try {
      const { status, outputs, error } = await child.result.catch((thrown: unknown) => {
        this.#run.lost(thrown);
        throw thrown;
      });
      if (status === "completed") return outputs;
      if (status === "parked") this.#run.park(error?.message ?? "");
      const code = error === undefined || error.code === "error" ? "unavailable" : error.code;
      throw new DynoError(code, `the pipeline ${pipeline} is ${status}: ${error?.message}`);
    } finally {
      this.#children?.delete(child);
    }
  }

  /** Waits until a time of the wall clock. */
  wait(task: Task, atMs: number, then: () => void): void {
    const drop = this.#host.timers.at(atMs, () => {
      this.#waits?.delete(task);
      then();
      this.#run.woken();
    });
    this.#waits ??= new Map();
    this.#waits.set(task, drop);
  }

  /** Waits no more; gives how many tasks that ends. */
  dropWaits(): number {
    if (this.#waits === undefined) return 0;
    const { size } = this.#waits;
    for (const drop of this.#waits.values()) drop();
    this.#waits.clear();
    return size;
  }

  suspendChildren(): void {
    for (const child of this.#children ?? []) child.suspend();
  }

  cancelChildren(reason: string): void {
    for (const child of this.#children ?? []) child.cancel(reason);
  }

  /** Tells all attempts that are under way to stop. */
  abort(reason: unknown): void {
    this.#signal();
    this.#controller?.abort(reason);
  }

  readonly #signal = (): AbortSignal => {
    this.#controller ??= new AbortController();
    return this.#controller.signal;
  };
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}
