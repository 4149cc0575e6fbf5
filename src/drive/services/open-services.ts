import { DynoError } from "../../base/errors.ts";
import { type AppendFsync, openRedisService } from "./redis.ts";

/** The services of a run. */
export interface Services {
  readonly addresses: { readonly redisUrl?: string };
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

const noServices: Services = { addresses: {}, descriptions: [], close: async () => undefined };

/**
 * Finds or starts what the target's settings ask for: a Redis for `store: redis`, and for `store: auto` where there is
 * one at hand. Throws a DynoError `setup` where it cannot be had.
 */
export async function openServices(
  target: { readonly settings: unknown },
  {
    env,
    signal,
  }: { readonly env: Readonly<Record<string, string | undefined>>; readonly signal: AbortSignal },
): Promise<Services> {
  const { store, redisUrl: url, appendfsync = "everysec" } = target.settings as Wishes;
  if (store !== "redis" && store !== "auto") return noServices;
  const redis = await openRedisService({ env, appendfsync, signal, ...(url === undefined ? {} : { url }) });
  if (redis !== undefined) {
    return { addresses: { redisUrl: redis.url }, descriptions: [redis.description], close: redis.close };
  }
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
