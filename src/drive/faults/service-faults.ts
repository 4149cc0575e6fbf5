import { DynoError } from "../../base/errors.ts";
import type { Fault } from "../../scenario/fault.ts";
import type { RedisProcess } from "../services/redis-process.ts";
import type { TcpProxy } from "../services/tcp-proxy.ts";
import type { EndFault } from "../target.ts";
import { beginNetworkBlackhole } from "./network-blackhole.ts";
import { beginNetworkCut } from "./network-cut.ts";
import { beginNetworkLatency } from "./network-latency.ts";
import { beginRedisKill } from "./redis-kill.ts";
import { beginRedisPause } from "./redis-pause.ts";

/** What the faults of services are done to. */
export interface Breakable {
  readonly redis?: RedisProcess;
  readonly proxy?: TcpProxy;
}

/** Begins a fault of a service, and gives what ends it. Rejects with a DynoError where there is nothing to break. */
export function beginServiceFault({ redis, proxy }: Breakable, fault: Fault): Promise<EndFault> {
  switch (fault.kind) {
    case "redis-kill":
      return beginRedisKill(need(redis, fault));
    case "redis-pause":
      return beginRedisPause(need(redis, fault));
    case "network-latency":
      return beginNetworkLatency(need(proxy, fault), fault);
    case "network-cut":
      return beginNetworkCut(need(proxy, fault));
    case "network-blackhole":
      return beginNetworkBlackhole(need(proxy, fault));
    default:
      throw new DynoError("internal", `${fault.kind} is no fault of a service`);
  }
}

function need<Part>(part: Part | undefined, { kind }: Fault): Part {
  if (part === undefined) throw new DynoError("internal", `there is nothing that ${kind} could break`);
  return part;
}
