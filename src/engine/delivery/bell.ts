/** Tells those who wait that something was appended. */
export interface Bell {
  /** How often it has rung. */
  readonly rings: number;
  ring(): void;
  /** Resolves when it has rung more often than `rings`, or when the signal is aborted. */
  wait(rings: number, signal: AbortSignal): Promise<void>;
}

/** Creates a bell that has not rung. */
export function createBell(): Bell {
  let rings = 0;
  const waiting = new Set<() => void>();
  return {
    get rings() {
      return rings;
    },
    ring: () => {
      rings++;
      if (waiting.size === 0) return;
      const woken = [...waiting];
      waiting.clear();
      for (const wake of woken) wake();
    },
    wait: (heard, signal) => {
      if (rings > heard || signal.aborted) return Promise.resolve();
      return new Promise((resolve) => {
        const wake = (): void => {
          waiting.delete(wake);
          signal.removeEventListener("abort", wake);
          resolve();
        };
        waiting.add(wake);
        signal.addEventListener("abort", wake);
      });
    },
  };
}
