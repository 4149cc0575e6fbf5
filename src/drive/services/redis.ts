import { Redis } from "ioredis";
import { DynoError, messageOf } from "../../base/errors.ts";
import { spawnRedis } from "./redis-process.ts";

/** How often Redis syncs its append-only file. */
export type AppendFsync = "always" | "everysec" | "no";

/** A Redis that trials can use, found or started. */
export interface RedisService {
  readonly url: string;
  /** Such as `redis 7.0.15, started by dyno, appendfsync everysec`. No secrets. */
  readonly description: string;
  readonly startedByDyno: boolean;
  /** Ends a server that dyno started, and removes its folder; lets go of one that it found. */
  close(): Promise<void>;
}

/** Where to look for a Redis, and how to start one. */
export interface RedisServiceOptions {
  /** Use this server and no other. */
  readonly url?: string;
  /** `REDIS_URL` names a server to use; `PATH` is searched for `redis-server` and `valkey-server`. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** For a server that dyno starts. */
  readonly appendfsync: AppendFsync;
  readonly signal: AbortSignal;
}

/**
 * Finds the Redis at `url` or REDIS_URL, else starts a private one on a free loopback port. Gives undefined
 * where there is neither. Throws a DynoError `setup` where the named server does not answer.
 */
export async function openRedisService(options: RedisServiceOptions): Promise<RedisService | undefined> {
  const url = options.url ?? nonEmpty(options.env.REDIS_URL);
  if (url !== undefined) return findRedis(url);
  const server = await spawnRedis(options);
  if (server === undefined) return undefined;
  try {
    const { name, version } = await askServer(server.url);
    return {
      url: server.url,
      description: `${name} ${version}, started by dyno, appendfsync ${options.appendfsync}`,
      startedByDyno: true,
      close: server.close,
    };
  } catch (thrown) {
    await server.close();
    throw thrown;
  }
}

async function findRedis(url: string): Promise<RedisService> {
  const { name, version, persistence } = await askServer(url);
  return {
    url,
    description: `${name} ${version} at ${maskUrl(url)}, ${persistence}`,
    startedByDyno: false,
    close: async () => undefined,
  };
}

async function askServer(url: string): Promise<{ name: string; version: string; persistence: string }> {
  const client = openControlClient(url);
  try {
    await client.connect();
    const info = parseInfo(await client.info());
    return {
      name: info.valkey_version === undefined ? "redis" : "valkey",
      version: info.valkey_version ?? info.redis_version ?? "of unknown version",
      persistence: info.aof_enabled === "1" ? "append-only file on" : "append-only file off",
    };
  } catch (cause) {
    throw new DynoError("setup", `Redis at ${maskUrl(url)} does not answer: ${reasonOf(cause, client)}`, {
      cause,
    });
  } finally {
    client.disconnect();
  }
}

/** A connection for questions, not for load: connects once, within two seconds, and does not try again. */
function openControlClient(url: string): Redis & { lastError?: Error } {
  let client: Redis & { lastError?: Error };
  try {
    client = new Redis(url, {
      lazyConnect: true,
      connectTimeout: 2000,
      retryStrategy: () => null,
      maxRetriesPerRequest: 0,
    });
  } catch (cause) {
    throw new DynoError(
      "setup",
      `${maskUrl(url)} is no Redis URL: ${messageOf(cause)}; write redis://host:port`,
      { cause },
    );
  }
  client.on("error", (error: Error) => {
    client.lastError = error;
  });
  return client;
}

function reasonOf(cause: unknown, client: { readonly lastError?: Error }): string {
  const real = client.lastError ?? cause;
  const text = messageOf(real);
  return text === "" ? ((real as NodeJS.ErrnoException).code ?? "no reason given") : text;
}

/** The lines of an INFO reply as names and values. */
export function parseInfo(text: string): Readonly<Record<string, string>> {
  const fields = [...text.matchAll(/^([a-z_0-9]+):(.*)\r?$/gm)].map((m) => [m[1] ?? "", (m[2] ?? "").trim()]);
  return Object.fromEntries(fields);
}

/** A URL that can be shown: its password is masked. */
export function maskUrl(url: string): string {
  return url.replace(/(\/\/[^:@/]*):[^@/]+@/, "$1:***@");
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === undefined || text === "" ? undefined : text;
}
