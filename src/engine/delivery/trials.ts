import { Fifo } from "./fifo.ts";
import { attemptsOf, type Job, setAttempts } from "./job.ts";

/**
 * Lets events go of which a consumer may have died. Each is counted as tried before it is called, so that one that
 * kills the process every time ends as a dead letter.
 *
 * Those who may have died together with a killer share its blame. So a first suspicion lets them go together, and a
 * further one lets them go one by one; and whoever is still running after `trialMs` is cleared: what happens to the
 * process then is not its doing.
 */
export interface Trials {
  /** Takes a job whose turn it is. */
  admit(job: Job): void;
  /** The job has ended, either way; gives whether this try of it is among its attempts already. */
  settled(job: Job): boolean;
  /** Clears no one any more. */
  stop(): void;
  /** Jobs that wait for the one on trial. */
  readonly waiting: number;
}

/** What trials work with. */
export interface TrialsOptions {
  readonly trialMs: number;
  /** Records the attempts of a job's entry; resolves when that is written. */
  readonly record: (job: Job) => Promise<void>;
  /** A job has its turn. */
  readonly begun: () => void;
  /** Calls the handler. */
  readonly call: (job: Job) => void;
  /** A job that had its turn is not called after all, since the consumer is at its end. */
  readonly dropped: () => void;
}

/** Creates trials, none of them under way. */
export function createTrials({ trialMs, record, begun, call, dropped }: TrialsOptions): Trials {
  const queue = new Fifo<Job>();
  const timers = new Map<Job, NodeJS.Timeout>();
  let alone: Job | undefined;
  let stopped = false;

  const next = (): void => {
    alone = queue.shift();
    if (alone !== undefined) begin(alone);
  };
  const begin = (job: Job): void => {
    begun();
    setAttempts(job, attemptsOf(job) + 1);
    record(job).then(
      () => (stopped ? drop(job) : start(job)),
      () => drop(job),
    );
  };
  const start = (job: Job): void => {
    const timer = setTimeout(() => clear(job), trialMs);
    timers.set(job, timer);
    call(job);
  };
  const drop = (job: Job): void => {
    setAttempts(job, attemptsOf(job) - 1);
    dropped();
  };
  const clear = (job: Job): void => {
    timers.delete(job);
    setAttempts(job, attemptsOf(job) - 1);
    record(job).catch(() => undefined);
    if (alone === job) next();
  };
  return {
    admit: (job) => {
      if (attemptsOf(job) === 0) return begin(job);
      queue.push(job);
      if (alone === undefined) next();
    },
    settled: (job) => {
      clearTimeout(timers.get(job));
      if (alone === job) next();
      return timers.delete(job);
    },
    stop: () => {
      stopped = true;
      queue.clear();
      for (const timer of timers.values()) clearTimeout(timer);
    },
    get waiting() {
      return queue.length;
    },
  };
}
