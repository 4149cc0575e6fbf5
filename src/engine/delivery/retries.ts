import { attemptsOf, type Job } from "./job.ts";

/** Jobs that wait for their next try. */
export interface Retries {
  later(job: Job): void;
  readonly waiting: number;
  /** Tries nothing again. */
  stop(): void;
}

/** How long they wait. */
export interface RetriesOptions {
  /** The longest wait after the first try; it doubles with each. */
  readonly delayMs: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** The wait is over. */
  readonly onDue: (job: Job) => void;
}

const maxDelayMs = 60_000;

/** Creates retries with full jitter: the wait is uniform between nothing and the longest. */
export function createRetries({ delayMs, random, onDue }: RetriesOptions): Retries {
  const timers = new Set<NodeJS.Timeout>();
  return {
    later: (job) => {
      const longestMs = Math.min(delayMs * 2 ** (attemptsOf(job) - 1), maxDelayMs);
      const timer = setTimeout(() => {
        timers.delete(timer);
        onDue(job);
      }, random() * longestMs);
      timers.add(timer);
    },
    get waiting() {
      return timers.size;
    },
    stop: () => {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
}
