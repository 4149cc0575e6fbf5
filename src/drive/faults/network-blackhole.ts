import type { TcpProxy } from "../services/tcp-proxy.ts";
import type { EndFault } from "../target.ts";

/** Lets nothing pass to Redis and back, while every connection stands. */
export async function beginNetworkBlackhole(proxy: TcpProxy): Promise<EndFault> {
  const end = proxy.blackhole();
  return async () => end();
}
