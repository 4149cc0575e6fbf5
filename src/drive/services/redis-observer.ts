import { Redis } from "ioredis";
import { cpuMicrosOf, parseInfo, watchedFigures } from "./redis-info.ts";

/** Watches a Redis from a connection of its own. */
export interface RedisObserver {
  /** Processor time that the server used, all threads and children, in microseconds; it goes on where the server is started again. */
  cpuMicros(): Promise<number>;
  /** A choice of its INFO, each name beginning with `redis_`. */
  counters(): Promise<Readonly<Record<string, number>>>;
  /** Deletes a key, and all that match a pattern; the memory is freed in the background. */
  remove(key: string, pattern: string): Promise<void>;
  close(): void;
}

/** Connects an observer. It gives up a question at once while the server is away. */
export async function openRedisObserver(url: string): Promise<RedisObserver> {
  const client = new Redis(url, {
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    connectTimeout: 3000,
    // A server that is paused would keep a question for as long.
    commandTimeout: 1000,
  });
  // Its questions fail while the server is away; there is nothing else to say about that here.
  client.on("error", () => undefined);
  await client.connect();
  let earlierMicros = 0;
  let lastMicros = 0;
  return {
    cpuMicros: async () => {
      const micros = cpuMicrosOf(parseInfo(await client.info("cpu")));
      if (micros < lastMicros) earlierMicros += lastMicros;
      lastMicros = micros;
      return earlierMicros + micros;
    },
    counters: async () => watchedFigures(parseInfo(await client.info())),
    remove: async (key, pattern) => {
      await client.unlink(key);
      for await (const keys of client.scanStream({ match: pattern, count: 1000 })) {
        if ((keys as string[]).length > 0) await client.unlink(...(keys as string[]));
      }
    },
    close: () => client.disconnect(),
  };
}
