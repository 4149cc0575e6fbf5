import { afterAll, beforeAll } from "vitest";
import { type AppendFsync, openRedisService, type RedisService } from "../../src/drive/services/redis.ts";
import type { RedisProcess } from "../../src/drive/services/redis-process.ts";

/** Gives a test file a Redis of its own, to be configured, stopped and killed. */
export function usePrivateRedis(appendfsync: AppendFsync): () => RedisService & { process: RedisProcess } {
  let service: RedisService | undefined;
  beforeAll(async () => {
    const env = { PATH: process.env.PATH };
    service = await openRedisService({ env, appendfsync, signal: AbortSignal.timeout(600_000) });
  });
  afterAll(() => service?.close());
  return () => {
    if (service?.process === undefined) throw new Error("no redis-server on the PATH");
    return { ...service, process: service.process };
  };
}
