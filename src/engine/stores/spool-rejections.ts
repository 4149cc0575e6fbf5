import { DynoError, messageOf } from "../../base/errors.ts";

/** The error for a batch that the store may have, and that nobody waits for any more. */
export function inDoubt(cause: unknown): DynoError {
  const text = `the engine is closed while its store is away, and the fallback refused (${messageOf(cause)}): whether these events are stored is unknown`;
  return new DynoError("unavailable", text, { cause });
}

/** Whether another engine owns the stream now, so that nothing can be brought home from here. */
export function isFencing(error: unknown): error is DynoError {
  return error instanceof DynoError && error.code === "conflict";
}

/** Whether a rejection says that the store is away, or cannot take anything now. */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof DynoError)) return true;
  return !["conflict", "closed", "unsupported", "usage", "aborted"].includes(error.code);
}

/** Whether a rejection says that the batch is not stored. */
export function isRefusal(error: unknown): boolean {
  return error instanceof DynoError && error.code === "overload";
}
