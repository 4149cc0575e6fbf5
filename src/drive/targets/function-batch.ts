/** What came of a batch: how many calls succeeded, and what the next one threw, which ended it. */
export interface BatchOutcome {
  readonly succeeded: number;
  readonly failure?: { readonly error: unknown };
}

/** Makes calls one after the other, in batches; where one ends, the next goes on. */
export interface Batches {
  /** For functions that are not async. */
  runSync(count: number): BatchOutcome;
  /** Awaits each call. */
  run(count: number): Promise<BatchOutcome>;
}

/** Somebody might read it: no compiler may leave a call out because its result is not used. */
const kept: { last: unknown } = { last: undefined };

/** Creates batches of these calls, of which there is at least one, in turn. */
export function createBatches(calls: readonly (() => unknown)[]): Batches {
  let at = 0;
  const next = (): (() => unknown) | undefined => {
    const call = calls[at];
    at = at + 1 === calls.length ? 0 : at + 1;
    return call;
  };
  return {
    runSync: (count) => {
      let succeeded = 0;
      try {
        for (; succeeded < count; succeeded++) kept.last = next()?.();
        return { succeeded };
      } catch (error) {
        return { succeeded, failure: { error } };
      }
    },
    run: async (count) => {
      let succeeded = 0;
      try {
        for (; succeeded < count; succeeded++) kept.last = await next()?.();
        return { succeeded };
      } catch (error) {
        return { succeeded, failure: { error } };
      }
    },
  };
}

/** A reading of the clock costs about 70 ns and shows 100 ns at best: of so long a sample, that is a five-hundredth. */
const sampleMicros = 50;
const calibrationMicros = 50_000;
const mostCalls = 1_000_000;

/**
 * How many calls make a sample that is long enough to be timed: 1 for what takes 50 us or more. Calls for 50 ms, or once where
 * that takes longer.
 */
export async function calibrateBatch(
  run: (count: number) => BatchOutcome | Promise<BatchOutcome>,
  nowMicros: () => number,
): Promise<number> {
  const startMicros = nowMicros();
  let count = 1;
  for (let now = startMicros; now - startMicros < calibrationMicros; ) {
    const { failure } = await run(count);
    const doneMicros = nowMicros();
    const isShort = failure === undefined && doneMicros - now < sampleMicros;
    if (isShort && count < mostCalls) count *= 2;
    now = doneMicros;
  }
  return count;
}
