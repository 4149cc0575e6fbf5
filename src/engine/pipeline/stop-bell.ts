/** Calls many when a signal is aborted, with one listener on it: a signal warns of a leak from eleven on. */
export interface StopBell {
  /** Calls `heard` at the abort, or now where it is over. The function that it gives prevents that. */
  hear(signal: AbortSignal, heard: () => void): () => void;
}

/** Creates a bell for any number of signals. */
export function createStopBell(): StopBell {
  const crowds = new WeakMap<AbortSignal, Set<() => void>>();
  const crowdOf = (signal: AbortSignal): Set<() => void> => {
    const known = crowds.get(signal);
    if (known !== undefined) return known;
    const crowd = new Set<() => void>();
    crowds.set(signal, crowd);
    const ring = (): void => {
      for (const heard of crowd) heard();
    };
    signal.addEventListener("abort", ring, { once: true });
    return crowd;
  };
  return {
    hear: (signal, heard) => {
      if (signal.aborted) heard();
      const crowd = crowdOf(signal);
      crowd.add(heard);
      return () => crowd.delete(heard);
    },
  };
}
