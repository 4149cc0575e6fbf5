import { DynoError } from "../../base/errors.ts";
import { type AppendFsync, openRedisService, type RedisService } from "./redis.ts";
import type { RedisProcess } from "./redis-process.ts";
import { openTcpProxy, type TcpProxy } from "./tcp-proxy.ts";

/** The services of a run. */
export interface Services {
  /** `redisUrl` leads by way of the proxy where there is one; `redisDirectUrl` never does. */
  readonly addresses: { readonly redisUrl?: string; readonly redisDirectUrl?: string };
  /** What can be broken on purpose. */
  readonly breakable: { readonly redis?: RedisProcess; readonly proxy?: TcpProxy };
  /** What was found or started, in words. */
  readonly descriptions: readonly string[];
  close(): Promise<void>;
}

/** What a target says of the services that it needs. */
interface Wishes {
  readonly store?: string;
  readonly redisUrl?: string;
  readonly appendfsync?: AppendFsync;
}

/** What is going to be broken. */
interface Breaking {
  /** The Redis itself, which must be one that dyno starts. */
  readonly redis: boolean;
  /** The way to it: a proxy of ours is put there. */
  readonly network: boolean;
}

const noServices: Services = { addresses: {}, breakable: {}, descriptions: [], close: async () => undefined };

/**
 * Finds or starts what the target's settings ask for: a Redis for `store: redis`, and for `store: auto` where there is
 * one at hand, with a proxy before it where the network is to be broken. Throws a DynoError `setup` where it cannot be
 * had, or is to be broken and is not dyno's own.
 */
export async function openServices(
  target: { readonly settings: unknown },
  {
    env,
    signal,
    breaking,
  }: {
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly signal: AbortSignal;
    readonly breaking: Breaking;
  },
): Promise<Services> {
  const { store, redisUrl: url, appendfsync = "everysec" } = target.settings as Wishes;
  if (store !== "redis" && store !== "auto") return noServices;
  const redis = await openRedisService({ env, appendfsync, signal, ...(url === undefined ? {} : { url }) });
  if (redis !== undefined) return withRedis(redis, breaking);
  if (store === "redis") {
    throw new DynoError(
      "setup",
      "this scenario needs Redis: set REDIS_URL, or install redis-server (apt-get install redis-server, brew install redis)",
    );
  }
  return {
    ...noServices,
    descriptions: [
      "embedded log store, since there is no Redis at hand (REDIS_URL, redis-server or valkey-server)",
    ],
  };
}

async function withRedis(redis: RedisService, breaking: Breaking): Promise<Services> {
  if (breaking.redis && redis.process === undefined) {
    await redis.close();
    throw new DynoError(
      "setup",
      "faults of Redis need a Redis that dyno starts: unset REDIS_URL, and take redisUrl out of the scenario",
    );
  }
  const proxy = breaking.network ? await proxyTo(redis) : undefined;
  return {
    addresses: { redisUrl: proxy?.url ?? redis.url, redisDirectUrl: redis.url },
    breakable: { ...(redis.process ? { redis: redis.process } : {}), ...(proxy ? { proxy } : {}) },
    descriptions: [redis.description],
    close: async () => {
      await proxy?.close();
      await redis.close();
    },
  };
}

/** A Redis that nobody will use must not be left behind. */
async function proxyTo(redis: RedisService): Promise<TcpProxy> {
  try {
    return await openTcpProxy(redis.url);
  } catch (error) {
    await redis.close();
    throw error;
  }
}
