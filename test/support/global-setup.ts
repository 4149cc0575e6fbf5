import { openRedisService } from "../../src/drive/services/redis.ts";
import { ensureInstalled } from "./ensure-installed.ts";

/**
 * Gives all tests a real Redis and a real browser: REDIS_URL, else a private redis-server. What is missing is
 * installed where that can be done without asking, else the tests fail with the line that installs it.
 */
export default async function setup(): Promise<() => Promise<void>> {
  process.env.DYNO_CHROMIUM = ensureInstalled({
    names: ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"],
    debianPackage: "chromium",
    named: process.env.DYNO_CHROMIUM,
  });
  if (!process.env.REDIS_URL) {
    ensureInstalled({ names: ["redis-server", "valkey-server"], debianPackage: "redis-server" });
  }
  const redis = await openRedisService({
    env: process.env,
    appendfsync: "everysec",
    signal: AbortSignal.timeout(30_000),
  });
  if (redis === undefined) throw new Error("no Redis for the tests, though redis-server is installed");
  process.env.DYNO_TEST_REDIS_URL = redis.url;
  return () => redis.close();
}
