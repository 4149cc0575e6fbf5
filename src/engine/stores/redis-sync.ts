import { setTimeout as sleep } from "node:timers/promises";
import { deferred } from "../../base/async.ts";
import type { StreamClient } from "./redis-client.ts";
import { ownerKey } from "./redis-script.ts";

/** Waits until stored batches are fsynced, on a server with WAITAOF. */
export interface RedisSync {
  /** Resolves once batch number `sequence` is in the append-only file on the disk. Never rejects. */
  wait(sequence: number): Promise<void>;
  /** Gives up waiting. Does not close the client. */
  stop(): void;
}

const waitMs = 1000;
const retryDelayMs = 50;

/**
 * Creates a wait that works in rounds: whoever comes while a round is under way shares the next one.
 *
 * WAITAOF blocks its connection and covers the writes of that connection only. So it has a connection of its own,
 * on which each round first writes something: appends behind a durable batch need not wait for its fsync.
 */
export function createRedisSync(client: StreamClient, stream: string, ownerId: string): RedisSync {
  const owner = ownerKey(stream);
  let waiting: { readonly sequence: number; readonly resolve: () => void }[] = [];
  let running = false;
  let stopped = false;

  async function syncThrough(sequence: number): Promise<boolean> {
    await client.dynoSync(owner, ownerId, sequence);
    // The reply is a count, and a timeout is no error.
    const [local] = (await client.call("WAITAOF", 1, 0, waitMs)) as [number, number];
    return local >= 1;
  }
  async function run(): Promise<void> {
    running = true;
    while (waiting.length > 0 && !stopped) {
      const round = waiting;
      waiting = [];
      const last = round.reduce((max, { sequence }) => Math.max(max, sequence), 0);
      while (!stopped && !(await syncThrough(last).catch(() => false))) await sleep(retryDelayMs);
      if (!stopped) for (const { resolve } of round) resolve();
    }
    running = false;
  }
  return {
    wait: (sequence) => {
      const { promise, resolve } = deferred<void>();
      waiting.push({ sequence, resolve: () => resolve() });
      if (!running) void run();
      return promise;
    },
    stop: () => {
      stopped = true;
    },
  };
}
