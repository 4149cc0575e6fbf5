import type { Handler } from "./bus.ts";
import type { Event, EventInput } from "./event.ts";
import type { EventStore } from "./store.ts";

/** A piece of work that the engine does: a handler's call, or a step of a pipeline. */
export interface Scope {
  readonly kind: "subscriber" | "group" | "step";
  /** The pattern, the group, or `pipeline/step`: one of a bounded number, since it becomes a label. */
  readonly name: string;
  /** The event that the work is for. */
  readonly event: Event;
  /** From 1; left out where there is only one. */
  readonly attempt?: number;
  /** The pipeline's run. */
  readonly runId?: string;
}

/** What an event takes over from the work in which it is published, where it does not say otherwise itself. */
export interface Inherited {
  readonly correlationId?: string | undefined;
  readonly causationId?: string | undefined;
  readonly traceparent?: string | undefined;
}

/**
 * Looks on while the engine works. The engine asks nothing else of logs, metrics and traces; `observe/` has those.
 * What is left out costs nothing.
 */
export interface Observer {
  /** Calls `work` and gives back what it gives, or throws what it throws. */
  around?<Result>(scope: Scope, work: () => Result): Result;
  /** Asked at each publish. */
  inherited?(): Inherited | undefined;
  /** Stands in front of the store. */
  store?(store: EventStore): EventStore;
}

/** An input with what it takes over from the work around it; what it says itself stands. */
export function inherit<Data>(observer: Observer | undefined, input: EventInput<Data>): EventInput<Data> {
  const inherited = observer?.inherited?.();
  if (inherited === undefined) return input;
  return {
    ...input,
    correlationId: input.correlationId ?? inherited.correlationId,
    causationId: input.causationId ?? inherited.causationId,
    traceparent: input.traceparent ?? inherited.traceparent,
  };
}

/** A handler that the observer sees at work; the handler itself where none wants to. */
export function observedHandler(observer: Observer | undefined, pattern: string, handler: Handler): Handler {
  const { around } = observer ?? {};
  if (around === undefined) return handler;
  return (event) => around({ kind: "subscriber", name: pattern, event }, () => handler(event));
}
