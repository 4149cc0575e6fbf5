import type { RedisProcess } from "../services/redis-process.ts";
import type { EndFault } from "../target.ts";

/** Stops the server in its tracks: its connections stand, and nobody answers. The end lets it go on. */
export async function beginRedisPause(server: RedisProcess): Promise<EndFault> {
  server.pause();
  return async () => server.resume();
}
