import { Redis } from "ioredis";
import { DynoError, messageOf } from "../../base/errors.ts";
import { maskUrl } from "../../base/mask-url.ts";
import { parseInfo } from "./redis-info.ts";
import { type RedisProcess, spawnRedis } from "./redis-process.ts";

/** How often Redis syncs its append-only file. */
export type AppendFsync = "always" | "everysec" | "no";

/** A Redis that trials can use, found or started. */
export interface RedisService {
  readonly url: string;
  /** Such as `redis 7.0.15, started by dyno, appendfsync everysec`. No secrets. */
  readonly description: string;
  /** Such as `7.0.15`. */
  readonly version: string;
  readonly startedByDyno: boolean;
  /** The server itself, where dyno started it: tests and faults kill it and start it again. */
  readonly process: RedisProcess | undefined;
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
  if (url !== undefined) {
    return openService(url, undefined, (info) => {
      const persistence = info.aof_enabled === "1" ? "append-only file on" : "append-only file off";
      return `at ${maskUrl(url)}, ${persistence}`;
    });
  }
  const server = await spawnRedis(options);
  if (server === undefined) return undefined;
  try {
    return await openService(server.url, server, () => `started by dyno, appendfsync ${options.appendfsync}`);
  } catch (thrown) {
    await server.close();
    throw thrown;
  }
}

type Info = Readonly<Record<string, string>>;

async function openService(
  url: string,
  server: RedisProcess | undefined,
  describe: (info: Info) => string,
): Promise<RedisService> {
  const info = await askServer(url);
  const version = info.valkey_version ?? info.redis_version ?? "of unknown version";
  const name = info.valkey_version === undefined ? "redis" : "valkey";
  return {
    url,
    description: `${name} ${version}${server === undefined ? " " : ", "}${describe(info)}`,
    version,
    startedByDyno: server !== undefined,
    process: server,
    close: async () => server?.close(),
  };
}

/** Asks once, within a few seconds. */
async function askServer(url: string): Promise<Info> {
  const client = createClient(url);
  let lastError: unknown;
  client.on("error", (error) => {
    lastError = error;
  });
  try {
    await client.connect();
    return parseInfo(await client.info());
  } catch (cause) {
    const reason = reasonOf(lastError ?? cause);
    throw new DynoError("setup", `Redis at ${maskUrl(url)} does not answer: ${reason}`, { cause });
  } finally {
    client.disconnect();
  }
}

function createClient(url: string): Redis {
  try {
    return new Redis(url, {
      lazyConnect: true,
      connectTimeout: 2000,
      socketTimeout: 2000,
      maxRetriesPerRequest: 0,
      retryStrategy: () => null,
    });
  } catch (cause) {
    const text = `${maskUrl(url)} is no Redis URL: ${messageOf(cause)}; write redis://host:port`;
    throw new DynoError("setup", text, { cause });
  }
}

function reasonOf(error: unknown): string {
  const text = messageOf(error);
  return text === "" ? ((error as NodeJS.ErrnoException).code ?? "no reason given") : text;
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === undefined || text === "" ? undefined : text;
}
