import { DynoError } from "../../base/errors.ts";

/**
 * An error for a call that was not made. It has no stack: a refusal is cheap, or it does not protect, and taking the
 * stack is nine tenths of what an error costs.
 */
export function rejection(message: string): DynoError {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  const error = new DynoError("rejected", message);
  Error.stackTraceLimit = limit;
  return error;
}

/** Whether a call failed because it was not made. */
export function isRejection(error: unknown): boolean {
  return error instanceof DynoError && error.code === "rejected";
}
