import { DynoError, type ErrorCode } from "../../base/errors.ts";

/** The caller's own doing: it says nothing about the dependency, and to try it again would end the same. */
const ofTheCaller: readonly ErrorCode[] = [
  "usage",
  "scenario",
  "rejected",
  "unsupported",
  "conflict",
  "aborted",
  "closed",
];

/** These may go better the next time. */
const passing: readonly ErrorCode[] = ["unavailable", "timeout", "overload", "internal"];

/**
 * Asks one of the two below, or the application's own. One that throws must cost neither a place nor an answer: then the
 * answer is `otherwise`.
 */
export function classify(ask: (error: unknown) => boolean, error: unknown, otherwise: boolean): boolean {
  try {
    return ask(error);
  } catch {
    return otherwise;
  }
}

/** Whether an error counts against the dependency: any but a DynoError that speaks of the caller or was not sent at all. */
export function countsAsFailure(error: unknown): boolean {
  return !(error instanceof DynoError && ofTheCaller.includes(error.code));
}

/** Whether it makes sense to try again: after an error of another kind than DynoError always, unless it is `retryable: false`. */
export function isRetryable(error: unknown): boolean {
  if (error instanceof DynoError) return passing.includes(error.code);
  return !(typeof error === "object" && error !== null && "retryable" in error && error.retryable === false);
}
