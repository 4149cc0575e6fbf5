import { DynoError, messageOf } from "../../base/errors.ts";
import type { Failure } from "./run-record.ts";

/** What an action threw, as it is recorded. */
export function failureOf(thrown: unknown): Failure {
  return { code: thrown instanceof DynoError ? thrown.code : "error", message: messageOf(thrown) };
}

const hopeless: ReadonlySet<Failure["code"]> = new Set(["usage", "unsupported", "closed", "scenario"]);

/** Whether another attempt may go better: not where the input itself is wrong. */
export function mayRetry({ code }: Failure): boolean {
  return !hopeless.has(code);
}
