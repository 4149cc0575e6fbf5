/** Starts a private Redis, says which, and then waits to be killed. */
import { openRedisService } from "../../src/drive/services/redis.ts";

const service = await openRedisService({
  env: { PATH: process.env.PATH },
  appendfsync: "no",
  signal: AbortSignal.timeout(20_000),
});
process.stdout.write(`${service?.process?.pid} ${service?.url}\n`);
setInterval(() => undefined, 1000);
