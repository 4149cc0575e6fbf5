import type { TcpProxy } from "../services/tcp-proxy.ts";
import type { EndFault } from "../target.ts";

/** Resets the connections to Redis and refuses new ones. */
export async function beginNetworkCut(proxy: TcpProxy): Promise<EndFault> {
  return proxy.cut();
}
