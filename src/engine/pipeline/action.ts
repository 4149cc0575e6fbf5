import type { z } from "zod";

/** What an action is told beside its input. */
export interface ActionContext {
  readonly pipeline: string;
  readonly runId: string;
  readonly step: string;
  /** The same for all attempts, and for no other step or item: what a receiver needs to do the work once. */
  readonly idempotencyKey: string;
  /** From 1. */
  readonly attempt: number;
  /** Aborted when the attempt's time is up, when the run is cancelled, and when the engine stops. */
  readonly signal: AbortSignal;
  /** The id of the event that started the run. */
  readonly eventId: string;
  readonly correlationId: string | undefined;
}

/** What a step can do: a function with a typed input. */
export interface Action<Input = unknown, Output = unknown> {
  /** Checks the input: a zod schema, whose keys are then known when a pipeline is loaded, or a function that throws. */
  readonly input?: z.ZodType<Input> | ((raw: unknown) => Input);
  /** It may run twice without harm, so it is not recorded before it runs. */
  readonly pure?: boolean;
  /** Milliseconds since 1970 (UTC) before which the action does not run; it is kept over a crash. */
  dueMs?(input: Input, nowMs: number): number;
  /** Does the work. The output is anything that JSON can carry. What it throws fails the attempt. */
  run(input: Input, context: ActionContext): Output | Promise<Output>;
}

// biome-ignore lint/suspicious/noExplicitAny: a table of functions with inputs of their own; each is checked by its schema
type AnyAction = Action<any>;

/** Actions by the names that pipelines use. */
export type Actions = Readonly<Record<string, AnyAction>>;

/** An action as it is written, with its input's type inferred from the schema. */
export function defineAction<Input, Output>(action: Action<Input, Output>): Action<Input, Output> {
  return action;
}
