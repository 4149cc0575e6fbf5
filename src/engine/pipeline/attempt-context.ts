import type { ActionContext } from "./action.ts";
import type { RunIdentity } from "./run-host.ts";
import type { Task } from "./task.ts";

/** What an action is told; the signal is made when it is first asked for, since most never ask. */
export class AttemptContext implements ActionContext {
  readonly pipeline: string;
  readonly runId: string;
  readonly step: string;
  readonly idempotencyKey: string;
  readonly attempt: number;
  readonly eventId: string;
  readonly correlationId: string | undefined;
  readonly #signal: () => AbortSignal;

  constructor({ pipeline, runId, input }: RunIdentity, task: Task, signal: () => AbortSignal) {
    this.pipeline = pipeline.name;
    this.runId = runId;
    this.step = task.step.id;
    this.idempotencyKey = task.key;
    this.attempt = task.attempts;
    this.eventId = input.id;
    this.correlationId = input.correlationId ?? undefined;
    this.#signal = signal;
  }

  get signal(): AbortSignal {
    return this.#signal();
  }
}
