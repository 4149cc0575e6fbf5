import { AsyncLocalStorage } from "node:async_hooks";
import type { Inherited, Scope } from "../observer.ts";

/** What is known, anywhere inside a handler or a step, of the work that it belongs to. */
export interface WorkContext extends Inherited {
  /** The id of the first event of all this, where no other was given. */
  readonly correlationId: string;
  /** The event that is being handled. */
  readonly causationId: string;
  readonly scope: Scope;
  readonly runId: string | undefined;
}

const storage = new AsyncLocalStorage<WorkContext>();

/** The work that this code is part of; undefined outside. */
export function currentWork(): WorkContext | undefined {
  return storage.getStore();
}

/** Runs `work` with its context, which whatever it calls or awaits can ask for. */
export function runWork<Result>(scope: Scope, traceparent: string | undefined, work: () => Result): Result {
  const { event, runId } = scope;
  const context: WorkContext = {
    correlationId: event.correlationId ?? event.id,
    causationId: event.id,
    traceparent: traceparent ?? event.traceparent,
    scope,
    runId: runId ?? storage.getStore()?.runId,
  };
  return storage.run(context, work);
}
