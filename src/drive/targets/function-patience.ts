import { abortable, resolvesWithin } from "../../base/async.ts";
import { DynoError } from "../../base/errors.ts";
import { formatDuration } from "../../base/units.ts";

/** Waits for an answer of the user's function outside of the load, but not for ever. */
export type Patience = <Value>(answer: Promise<Value>) => Promise<Value>;

const standardLimitMs = 10_000;

/**
 * Creates the patience with a function, which messages call by `reference`. What it waits for is given as it settles; it
 * rejects with a DynoError `setup` where that takes longer than `limitMs`, and `aborted` where the signal says so first.
 */
export function createPatience(
  reference: string,
  signal: AbortSignal | undefined,
  limitMs = standardLimitMs,
): Patience {
  return async (answer) => {
    const settled = abortable(Promise.allSettled([answer]), signal).catch((cause: unknown) => {
      throw new DynoError("aborted", `stopped while ${reference} was starting`, { cause });
    });
    if (await resolvesWithin(settled, limitMs)) return answer;
    throw new DynoError("setup", `${reference} did not answer within ${formatDuration(limitMs * 1000)}`);
  };
}
