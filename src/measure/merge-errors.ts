import type { ErrorCount, PhaseResult } from "./result.ts";

/** Failures of one kind in one phase, over several trials. */
export interface MergedErrors extends Omit<ErrorCount, "firstAtMs"> {
  readonly phase: string;
  /** When the first of them was seen, in milliseconds since its trial began. */
  readonly seenMs: number;
}

/** Adds up the failures of phases by kind and phase, the most frequent first; the message is that of the first trial. */
export function mergeErrors(phases: readonly PhaseResult[]): readonly MergedErrors[] {
  const found = new Map<string, MergedErrors>();
  for (const { phase, startMs, errors } of phases) {
    for (const { kind, count, sample, firstAtMs } of errors) {
      const key = JSON.stringify([kind, phase]);
      const known = found.get(key) ?? { kind, phase, sample, count: 0, seenMs: Number.POSITIVE_INFINITY };
      const seenMs = Math.min(known.seenMs, startMs + firstAtMs);
      found.set(key, { ...known, count: known.count + count, seenMs });
    }
  }
  return [...found.values()].toSorted((a, b) => b.count - a.count);
}
