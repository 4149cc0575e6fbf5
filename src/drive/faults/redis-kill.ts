import type { RedisProcess } from "../services/redis-process.ts";
import type { EndFault } from "../target.ts";

/** Kills the server as a crash would. The end starts it again on its data, and is done when it answers. */
export async function beginRedisKill(server: RedisProcess): Promise<EndFault> {
  await server.kill();
  return () => server.restart();
}
