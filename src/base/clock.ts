import { performance } from "node:perf_hooks";

/** The two times that a program needs: one that never jumps, for durations, and one that people read. */
export interface Clock {
  /** Monotonic microseconds since an arbitrary origin, with a fraction. */
  nowMicros(): number;
  /** Wall-clock milliseconds since 1970-01-01 UTC. */
  epochMs(): number;
}

/** The clock of this process. One reading of `nowMicros` costs about 50 to 70 ns. */
export const systemClock: Clock = {
  nowMicros: () => performance.now() * 1000,
  epochMs: () => Date.now(),
};

/** A clock that stands still until it is moved: for tests. */
export interface ManualClock extends Clock {
  /** Moves both times forward. `ms` must not be negative. */
  advanceMs(ms: number): void;
}

/** Creates a clock that starts at `epochMs` (default 2026-01-01 UTC) and moves only by `advanceMs`. */
export function createManualClock(epochMs = 1_767_225_600_000): ManualClock {
  let passedMs = 0;
  return {
    nowMicros: () => passedMs * 1000,
    epochMs: () => epochMs + passedMs,
    advanceMs: (ms) => {
      passedMs += ms;
    },
  };
}
