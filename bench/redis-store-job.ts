/** One measurement, made in a process of its own: what the parent sends, as JSON, in the last argument. */
export interface Job {
  readonly load: string;
  readonly url: string;
  /** The stream, or the queue, to work on. */
  readonly name: string;
  readonly seconds: number;
  /** Open loop: events offered a second. */
  readonly ratePerSec: number;
}

/** What a child prints, as JSON, in its last line. Fields that do not apply are 0. */
export interface JobResult {
  readonly eventsPerSec: number;
  /** CPU time of the child itself, per event. */
  readonly clientMicrosPerEvent: number;
  /** CPU time of the server, per event; filled in by the parent. */
  readonly serverMicrosPerEvent: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** The highest RSS seen, less the RSS before. */
  readonly rssGrowthMb: number;
  /** All events, those of the warm-up included. */
  readonly events: number;
}

/** Does the work of a job. */
export type Load = (job: Job) => Promise<JobResult>;

/** The payload of all: 256 bytes once it is JSON. */
export const payload = "0123456789abcdef".repeat(16).slice(0, 254);

const warmUpMs = 400;

/**
 * A closed loop: keeps `workers` calls of `publish` under way, each giving the number of events that it stored, and
 * counts those that are acknowledged after the warm-up. Timers do the timing, so that it costs the loop nothing.
 */
export function measureClosedLoop(
  { seconds }: Pick<Job, "seconds">,
  workers: number,
  publish: (n: number) => Promise<number>,
): Promise<JobResult> {
  let events = 0;
  let started = 0;
  let stopped = false;
  let running = workers;
  return new Promise((resolve, reject) => {
    let began = { atMs: 0, events: 0, cpu: process.cpuUsage() };
    let result: JobResult | undefined;
    const next = (): void => {
      if (!stopped) publish(started++).then(finished, reject);
      else if (--running === 0 && result !== undefined) resolve(result);
    };
    const finished = (stored: number): void => {
      events += stored;
      next();
    };
    setTimeout(() => {
      began = { atMs: performance.now(), events, cpu: process.cpuUsage() };
    }, warmUpMs);
    setTimeout(
      () => {
        const cpu = process.cpuUsage(began.cpu);
        const measured = events - began.events;
        result = {
          ...nothing,
          eventsPerSec: measured / ((performance.now() - began.atMs) / 1000),
          clientMicrosPerEvent: (cpu.user + cpu.system) / measured,
          events,
        };
        stopped = true;
      },
      warmUpMs + seconds * 1000,
    );
    for (let worker = 0; worker < workers; worker++) next();
  });
}

/** A result in which nothing applies. */
export const nothing: JobResult = {
  eventsPerSec: 0,
  clientMicrosPerEvent: 0,
  serverMicrosPerEvent: 0,
  p50Ms: 0,
  p99Ms: 0,
  rssGrowthMb: 0,
  events: 0,
};
