import type { Clock } from "../../base/clock.ts";
import type { Alarm, Timers } from "../resilience/timers.ts";

/** Waits for times of the wall clock: those that are recorded, since they must mean the same after a restart. */
export interface WallTimers {
  /** Calls `due` once, at or after `atMs` (milliseconds since 1970, UTC); the function that it gives prevents that. */
  at(atMs: number, due: () => void): () => void;
}

/** Creates such timers on the one timer of the process. */
export function createWallTimers(timers: Timers, clock: Clock): WallTimers {
  return {
    at: (atMs, due) => {
      const alarm: Alarm = { dueMicros: 0, slot: -1, holdsProcess: true, ring: due };
      timers.set(alarm, clock.nowMicros() + Math.max(0, atMs - clock.epochMs()) * 1000);
      return () => timers.cancel(alarm);
    },
  };
}
