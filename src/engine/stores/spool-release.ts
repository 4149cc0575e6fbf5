import type { HomeStore } from "../fallback.ts";
import type { SpoolBuffer } from "./spool-buffer.ts";

/** Deletes what a buffer does not need to keep any more. */
export interface SpoolRelease {
  /** To be told when something was taken. */
  taken(): void;
  /** To be told when everything was taken. */
  drained(): void;
  /** To be told when the buffer goes back to its beginning: what was to be deleted is needed again. */
  rewound(): void;
  /** Resolves when nothing is being deleted any more. */
  stop(): Promise<void>;
}

/** What it rests on. */
export interface SpoolReleaseOptions {
  readonly home: HomeStore;
  readonly buffer: SpoolBuffer;
  readonly settleMs: number;
  readonly onError: (error: unknown) => void;
  /** The store lost what it had acknowledged, so that the buffer is still needed. */
  readonly onLoss: () => Promise<void>;
}

/**
 * Where the store can give `durable`, events were brought home at that level and can be deleted at once. Elsewhere they are
 * kept for `settleMs` longer, and only deleted where the store has lost nothing in that time.
 */
export function createSpoolRelease(options: SpoolReleaseOptions): SpoolRelease {
  const { home, buffer, settleMs, onError, onLoss } = options;
  const isDurable = home.features.levels.includes("durable");
  const timers = new Set<NodeJS.Timeout>();
  let last: Promise<void> = Promise.resolve();
  let segment = -1;

  const forget = (): void => {
    for (const timer of timers) clearTimeout(timer);
    timers.clear();
    segment = -1;
  };
  const release = (): void => {
    const place = buffer.takenTo;
    if (place === undefined) return;
    const now = (): void => {
      last = last.then(() => buffer.release(place)).catch(onError);
    };
    if (isDurable) now();
    else whenSettled(home.losses, now);
  };
  const whenSettled = (losses: number, now: () => void): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      // Only a store that is back can say what it has lost.
      if (home.trouble() !== undefined) return whenSettled(losses, now);
      if (home.losses === losses) return now();
      forget();
      void onLoss().catch(onError);
    }, settleMs);
    timer.unref();
    timers.add(timer);
  };
  return {
    taken: () => {
      // Whole files are deleted, so there is something to do only at the end of one.
      const now = buffer.takenTo?.segment ?? segment;
      if (now > segment && segment >= 0) release();
      segment = now;
    },
    drained: release,
    rewound: forget,
    stop: () => {
      forget();
      return last;
    },
  };
}
