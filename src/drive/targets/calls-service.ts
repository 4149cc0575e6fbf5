import type { Call } from "../../engine/resilience/call.ts";
import type { Policy } from "../../engine/resilience/policy.ts";

/** Stands in for a service that an application calls. */
export interface Service {
  /** Answers one call; rejects where a fault or a dependency makes it. */
  handle(call: Call): Promise<void>;
  /** Calls that reached it. */
  readonly calls: number;
  /** The most that were in it at once and not given up, in line or worked on. */
  readonly mostAtOnce: number;
}

/** One service with what guards the calls to it. */
export interface GuardedService {
  readonly name: string;
  readonly service: Service;
  readonly policy: Policy;
}

/** What a service is made of. */
export interface ServiceOptions {
  readonly latencyMs: number;
  readonly capacity: number;
  /** Called for each call before anything else: throws, or gives what it takes longer. */
  readonly meet: () => Promise<void> | undefined;
  /** Calls what it depends on, each through its policy. */
  readonly dependencies: readonly ((call: Call) => Promise<void>)[];
}

/**
 * Creates a service with a line of calls and so many hands. It goes on with a call whose caller has given up: a real one
 * does not hear of it either, and that is what makes a storm of retries.
 */
export function createService({ latencyMs, capacity, meet, dependencies }: ServiceOptions): Service {
  const line: (() => void)[] = [];
  let free = capacity;
  let inside = 0;
  let mostAtOnce = 0;
  let calls = 0;
  const work = (): Promise<void> =>
    new Promise((resolve) => {
      const begin = (): void => {
        free--;
        setTimeout(() => {
          free++;
          resolve();
          line.shift()?.();
        }, latencyMs);
      };
      if (free > 0) begin();
      else line.push(begin);
    });
  return {
    handle: async (call) => {
      calls++;
      inside++;
      mostAtOnce = Math.max(mostAtOnce, inside);
      let isInside = true;
      const leave = (): void => {
        if (isInside) inside--;
        isInside = false;
      };
      const forget = call.onAbort(leave);
      try {
        await meet();
        for (const dependency of dependencies) await dependency(call);
        if (latencyMs > 0) await work();
      } finally {
        forget();
        leave();
      }
    },
    get calls() {
      return calls;
    },
    get mostAtOnce() {
      return mostAtOnce;
    },
  };
}
