import { DynoError } from "../../base/errors.ts";
import { checkInput } from "./compile-call.ts";
import type { Scope } from "./expression.ts";
import type { Call, ForEach } from "./pipeline.ts";
import type { Task } from "./task.ts";

/** The input of a task, with its item where it has one. Throws a DynoError `usage`. */
export function inputOfTask({ call, step, slot, item }: Task, outer: Scope): unknown {
  const scope = slot.index === undefined ? outer : { ...outer, item, index: slot.index };
  if (call !== undefined) return inputOfCall(call, scope);
  return step.work.kind === "pipeline" ? step.work.input.fill(scope) : undefined;
}

function inputOfCall({ name, action, input, constant }: Call, scope: Scope): unknown {
  if (constant !== undefined) return constant.input;
  const raw = input.fill(scope);
  return action === undefined ? raw : checkInput(name, action, raw);
}

/** The list of a `forEach`. Throws a DynoError `usage` where the expression gives none. */
export function itemsOf({ items }: ForEach, scope: Scope): readonly unknown[] {
  if (!("evaluate" in items)) return items;
  const value = items.evaluate(scope);
  if (Array.isArray(value)) return value;
  throw new DynoError("usage", `forEach: "${items.source}" gives no list but ${JSON.stringify(value)}`);
}
