import { DynoError } from "../../base/errors.ts";
import type { ActionContext } from "./action.ts";
import { checkInput } from "./compile-call.ts";
import type { Scope } from "./expression.ts";
import type { Call } from "./pipeline.ts";
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

/** The input of a call, filled in and checked. Throws a DynoError `usage`. */
export function inputOf({ name, action, input, constant }: Call, scope: Scope): unknown {
  if (constant !== undefined) return constant.input;
  const raw = input.fill(scope);
  return action === undefined ? raw : checkInput(name, action, raw);
}

/** The list of a `forEach`. Throws a DynoError `usage` where the expression gives none. */
export function itemsOf(task: { readonly items: unknown }, scope: Scope): readonly unknown[] {
  const { items } = task;
  if (Array.isArray(items)) return items;
  const expression = items as { readonly source: string; evaluate(scope: Scope): unknown };
  const value = expression.evaluate(scope);
  if (Array.isArray(value)) return value;
  throw new DynoError("usage", `forEach: "${expression.source}" gives no list but ${JSON.stringify(value)}`);
}

/** Whether something must be waited for. */
export function isPromise(value: unknown): value is Promise<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}
