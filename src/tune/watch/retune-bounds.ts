/** How often the pause is doubled at most. */
const mostDoublings = 4;

/** Says when the next search may begin. */
export interface RetuneBounds {
  /** In milliseconds of the watch; 0 before the first search. */
  allowedAtMs(): number;
  /** When the last search ended; undefined before the first one. */
  lastEndedAtMs(): number | undefined;
  /** A search has ended: something was proven, or it was in vain. */
  ended(atMs: number, proven: boolean): void;
}

/**
 * Keeps a pause after each search. From the second search in vain in a row on it is doubled each time, up to 16 pauses:
 * what cannot be mended, such as a slope that only leads to a missed target, must not cost a search each time it is seen.
 */
export function createRetuneBounds(minPauseMs: number): RetuneBounds {
  let endedAtMs: number | undefined;
  let inVain = 0;
  return {
    allowedAtMs: () => {
      const doublings = Math.min(mostDoublings, Math.max(0, inVain - 1));
      return endedAtMs === undefined ? 0 : endedAtMs + minPauseMs * 2 ** doublings;
    },
    lastEndedAtMs: () => endedAtMs,
    ended: (atMs, proven) => {
      endedAtMs = atMs;
      inVain = proven ? 0 : inVain + 1;
    },
  };
}
