import type { TcpProxy } from "../services/tcp-proxy.ts";
import type { EndFault } from "../target.ts";

/** Makes every round trip to Redis longer. */
export async function beginNetworkLatency(
  proxy: TcpProxy,
  { delayMs, jitterMs }: { readonly delayMs: number; readonly jitterMs: number },
): Promise<EndFault> {
  const end = proxy.delay(delayMs, jitterMs);
  return async () => end();
}
