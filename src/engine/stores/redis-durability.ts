import type { Redis } from "ioredis";
import { DynoError } from "../../base/errors.ts";
import { troubleOf } from "./redis-errors.ts";

/**
 * How a server makes an acknowledged write survive a power cut: `always`, a reply leaves after the fsync of its
 * append-only file; `waitaof`, it can be asked to say when it has synced (Redis 7.2 and later); or not at all.
 */
export type Durability = "always" | "waitaof" | "none";

/**
 * What a server says itself to commands that it cannot serve yet. While it loads its append-only file it answers INFO,
 * and says that it has no such file: aof.c switches it off for that time.
 */
class StillLoading extends Error {
  override readonly name = "ReplyError";

  constructor() {
    super("LOADING Redis is loading the dataset in memory");
  }
}

/**
 * Asks a server how durable it is, and whether events are safe with it. Where CONFIG is forbidden it promises
 * nothing. What it says holds until somebody changes its configuration.
 *
 * Throws what the server says itself where it still loads its data. Throws a DynoError `setup` for a read-only
 * replica, for a version before 6.2 (which cannot trim by time), and for a memory policy that would evict streams. The
 * `volatile-` policies evict only keys that expire, and ours do not.
 */
export async function readDurability(client: Redis): Promise<Durability> {
  const info = parseInfo(await client.info());
  if (info.loading === "1") throw new StillLoading();
  const [major = 0, minor = 0] = (info.redis_version ?? "").split(".").map(Number);
  if (major < 6 || (major === 6 && minor < 2)) {
    throw new DynoError("setup", `this Redis has version ${info.redis_version}; streams need 6.2 or later`);
  }
  if (info.role === "slave") {
    throw new DynoError("setup", "this Redis is a read-only replica; name its master instead");
  }
  if (info.maxmemory_policy?.startsWith("allkeys-") && info.maxmemory !== "0") {
    throw new DynoError(
      "setup",
      `this Redis has maxmemory-policy ${info.maxmemory_policy}, which drops events when memory runs out: CONFIG SET maxmemory-policy noeviction`,
    );
  }
  if (info.aof_enabled !== "1") return "none";
  if ((await readAppendfsync(client)) === "always") return "always";
  return major > 7 || (major === 7 && minor >= 2) ? "waitaof" : "none";
}

async function readAppendfsync(client: Redis): Promise<string | undefined> {
  try {
    return ((await client.config("GET", "appendfsync")) as string[])[1];
  } catch (error) {
    // A connection that is lost in between, or a server that is busy, says nothing about the server's settings.
    if (["away", "again"].includes(troubleOf(error))) throw error;
    return undefined;
  }
}

function parseInfo(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries([...text.matchAll(/^(\w+):(.*?)\r?$/gm)].map((m) => [m[1] ?? "", m[2] ?? ""]));
}
