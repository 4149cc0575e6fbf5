import { type Clock, createManualClock } from "../../src/base/clock.ts";
import { createTimers, type Timers } from "../../src/engine/resilience/timers.ts";

/** A clock that stands still, and timers that ring only as it is moved. */
export interface ManualTime {
  readonly clock: Clock;
  readonly timers: Timers;
  /** Moves from alarm to alarm, and lets what waits for promises go on in between. */
  advanceMs(ms: number): Promise<void>;
  /** The same without letting promises go on. */
  skipMs(ms: number): void;
}

/** Creates a time of its own for a test. */
export function createManualTime(): ManualTime {
  const clock = createManualClock();
  const timers = createTimers({ clock, wake: () => undefined });
  const step = (endMicros: number): boolean => {
    const toMicros = Math.min(endMicros, Math.max(clock.nowMicros(), timers.nextMicros()));
    clock.advanceMs((toMicros - clock.nowMicros()) / 1000);
    // A hair more, since microseconds do not always survive as ms.
    if (toMicros < endMicros && clock.nowMicros() < toMicros) clock.advanceMs(1e-6);
    timers.turn();
    return clock.nowMicros() < endMicros;
  };
  return {
    clock,
    timers,
    async advanceMs(ms) {
      const endMicros = clock.nowMicros() + ms * 1000;
      do await settled();
      while (step(endMicros));
      await settled();
    },
    skipMs(ms) {
      const endMicros = clock.nowMicros() + ms * 1000;
      while (step(endMicros));
    },
  };
}

/** When everything that waits only for promises has gone on. */
export function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
