import { Redis } from "ioredis";
import { DynoError, messageOf } from "../../base/errors.ts";
import { appendScript, ownScript } from "./redis-script.ts";

/** What the append script answers: 1 stored, 0 there already, 2 a gap after this number, 3 another owner's epoch. */
export type AppendReply = readonly [code: 0 | 1 | 2 | 3, text: string];

/** A connection that knows our scripts. */
export interface StreamClient extends Redis {
  dynoAppend(
    stream: string,
    owner: string,
    epoch: string,
    sequence: number,
    payload: string,
  ): Promise<AppendReply>;
  dynoOwn(owner: string): Promise<string>;
}

const connectTimeoutMs = 3000;

/**
 * Connects. While the server is away the client tries again for ever, at most twice a second; commands fail at
 * once then and are never queued or sent again by the client itself, since only the store knows what is safe.
 * Rejects with a DynoError `setup` where the first connection fails.
 */
export async function connectRedis(url: string): Promise<StreamClient> {
  let connected = false;
  let lastError: unknown;
  const client = new Redis(url, {
    lazyConnect: true,
    connectTimeout: connectTimeoutMs,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => (connected ? Math.min(10 * 2 ** Math.min(attempt, 6), 500) : null),
    scripts: {
      dynoAppend: { lua: appendScript, numberOfKeys: 2 },
      dynoOwn: { lua: ownScript, numberOfKeys: 1 },
    },
  }) as StreamClient;
  client.on("error", (error) => {
    lastError = error;
  });
  try {
    await client.connect();
    connected = true;
    return client;
  } catch (cause) {
    client.disconnect();
    throw new DynoError(
      "setup",
      `Redis at ${maskPassword(url)} does not answer: ${reasonOf(lastError ?? cause)}`,
      { cause },
    );
  }
}

function reasonOf(error: unknown): string {
  const text = messageOf(error);
  return text === "" ? ((error as NodeJS.ErrnoException).code ?? "no reason given") : text;
}

function maskPassword(url: string): string {
  return url.replace(/(\/\/[^:@/]*):[^@/]+@/, "$1:***@");
}

/** What a server can promise about an acknowledged write. */
export interface Durability {
  /** `always`: a reply comes after the fsync. `waitaof`: asked for after each batch. */
  readonly by: "always" | "waitaof" | "none";
}

/**
 * Asks the server how durable it is. Where CONFIG is forbidden it promises nothing. Throws a DynoError `setup`
 * where its memory policy would evict streams.
 */
export async function readDurability(client: Redis): Promise<Durability> {
  const settings = await readSettings(client, ["appendonly", "appendfsync", "maxmemory-policy"]);
  const policy = settings["maxmemory-policy"] ?? "";
  if (policy.startsWith("allkeys-")) {
    throw new DynoError(
      "setup",
      `Redis has maxmemory-policy ${policy}, which would drop events when memory runs out; CONFIG SET maxmemory-policy noeviction`,
    );
  }
  if (settings.appendonly !== "yes") return { by: "none" };
  if (settings.appendfsync === "always") return { by: "always" };
  const info = await client.info("server");
  const [major = 0, minor = 0] = (/redis_version:(\d+)\.(\d+)/.exec(info) ?? []).slice(1).map(Number);
  return { by: major > 7 || (major === 7 && minor >= 2) ? "waitaof" : "none" };
}

async function readSettings(
  client: Redis,
  names: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  try {
    const replies = await Promise.all(names.map((name) => client.config("GET", name) as Promise<string[]>));
    return Object.fromEntries(replies.map(([name, value]) => [name ?? "", value ?? ""]));
  } catch {
    return {};
  }
}
