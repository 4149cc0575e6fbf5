import { DynoError, type ErrorCode } from "../../base/errors.ts";

/**
 * An error without a stack: for calls that were not made or not waited for. A refusal is cheap, or it does not protect,
 * and taking the stack is nine tenths of what an error costs; from a timer, the stack says nothing.
 */
export function errorWithoutStack(code: ErrorCode, message: string, cause?: unknown): DynoError {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  const error = cause === undefined ? new DynoError(code, message) : new DynoError(code, message, { cause });
  Error.stackTraceLimit = limit;
  return error;
}

/** An error for a call that was not made. */
export function rejection(message: string): DynoError {
  return errorWithoutStack("rejected", message);
}

/** Whether a call failed because it was not made. */
export function isRejection(error: unknown): boolean {
  return error instanceof DynoError && error.code === "rejected";
}
