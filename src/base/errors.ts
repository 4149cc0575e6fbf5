/**
 * What kind of thing went wrong. Closed on purpose: callers switch on it, the CLI maps it to an exit code.
 *
 * - `usage`: a command or an option that cannot be understood
 * - `scenario`: a scenario file that cannot be accepted
 * - `setup`: the target could not be built or reached
 * - `unavailable`: a dependency went away after it had been reached; the operation may be tried again
 * - `overload`: a bound (count or bytes) is reached; nothing was accepted
 * - `rejected`: not tried: a breaker is open, a bulkhead is full, or a retry budget is spent
 * - `conflict`: another owner holds what this one needs
 * - `unsupported`: asked of something that cannot give it
 * - `corrupt`: stored bytes that do not check out
 * - `aborted`: the caller gave up
 * - `timeout`: a deadline passed
 * - `closed`: used after its end
 * - `internal`: a fault of dyno's own
 */
export type ErrorCode =
  | "usage"
  | "scenario"
  | "setup"
  | "unavailable"
  | "overload"
  | "rejected"
  | "conflict"
  | "unsupported"
  | "corrupt"
  | "aborted"
  | "timeout"
  | "closed"
  | "internal";

/**
 * The one error class of this project.
 *
 * The message is one or more plain lines: what failed, with which value, where, and what to do about it.
 * The original error, where there is one, is kept as `cause`.
 */
export class DynoError extends Error {
  override readonly name = "DynoError";
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** The text of anything that was thrown: an Error's message, else the value as a string. */
export function messageOf(thrown: unknown): string {
  if (thrown instanceof AggregateError && thrown.message === "") {
    return thrown.errors.map(messageOf).join("; ");
  }
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/**
 * A short, stable name for the kind of a failure, used to count failures apart: the code of a DynoError,
 * a system error's `code` (`ECONNREFUSED`), else the error's class name.
 */
export function kindOf(thrown: unknown): string {
  if (thrown instanceof DynoError) return thrown.code;
  if (thrown instanceof Error) {
    const code = (thrown as NodeJS.ErrnoException).code;
    return typeof code === "string" ? code : thrown.name;
  }
  return typeof thrown;
}
