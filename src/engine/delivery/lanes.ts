import { Fifo } from "./fifo.ts";
import type { Job } from "./job.ts";

/** Lets one job of each key through at a time, in order. */
export interface Lanes {
  /** Whether the job may go now; else it waits behind those of its key. */
  enter(job: Job): boolean;
  /** The job is out of the way; gives the next one of its key, which may go now. */
  leave(job: Job): Job | undefined;
  /** Jobs that wait behind another. */
  readonly waiting: number;
}

/** Creates empty lanes. A job without a lane is let through at once. */
export function createLanes(): Lanes {
  const byKey = new Map<string, Fifo<Job>>();
  let waiting = 0;
  return {
    enter: (job) => {
      if (job.lane === undefined) return true;
      const lane = byKey.get(job.lane);
      if (lane === undefined) {
        byKey.set(job.lane, new Fifo());
        return true;
      }
      lane.push(job);
      waiting++;
      return false;
    },
    leave: (job) => {
      if (job.lane === undefined) return undefined;
      const next = byKey.get(job.lane)?.shift();
      if (next === undefined) byKey.delete(job.lane);
      else waiting--;
      return next;
    },
    get waiting() {
      return waiting;
    },
  };
}
