import { systemClock } from "../../base/clock.ts";
import { type Answer, readsBody } from "../http/answer-checks.ts";
import { createPool, type Pool } from "../http/pool.ts";
import { createRequestMix } from "../http/request-mix.ts";
import { openGroupCpu } from "../services/group-cpu.ts";
import type { Session, Target } from "../target.ts";
import { createHttpLoop } from "./http-closed-loop.ts";
import { planRequests } from "./http-plan.ts";
import type { HttpSettings } from "./http-settings.ts";

/**
 * Connections at most, where the settings name no number. Users do not wait for each other's; and when a server stands still,
 * no more come at once than what most servers let wait to be accepted (511).
 */
const standardConnections = 256;

const nowMs = (): number => systemClock.nowMicros() / 1000;

/** Any HTTP server on the dynamometer: one operation is one request, and its answer checked. */
export const httpTarget: Target<HttpSettings> = {
  start: async (settings, context) => {
    const plan = await planRequests(settings, context);
    const { clients = 0, services } = context;
    const connections = settings.connections ?? Math.max(standardConnections, clients);
    const pool = createPool({
      origin: plan.origin,
      connections,
      pipelining: settings.pipelining,
      timeoutMs: settings.timeout,
      keepsBodies: plan.mix.kinds.some(({ expected }) => readsBody(expected)),
      nowMs,
    });
    const next = createRequestMix({ ...plan.mix, host: plan.host });
    const fire: Session["fire"] = (n) => {
      const { wire, check } = next(n);
      return new Promise<void>((resolve, reject) => {
        pool.send(wire, { answer: checked(check, resolve, reject), fail: reject });
      });
    };
    const loop =
      clients > 0 && settings.closedLoop === "autocannon"
        ? await createHttpLoop({ plan, settings, connections, fire })
        : undefined;
    const cpu = services.serverGroup === undefined ? undefined : await openGroupCpu(services.serverGroup);
    return {
      fire,
      ...(loop ? { closedLoop: loop } : {}),
      counters: () => ({
        ...pool.counters(),
        ...(loop ? { connects: pool.counters().connects + loop.connects() } : {}),
      }),
      ...(cpu === undefined ? {} : { outsideCpuMicros: cpu.cpuMicros }),
      warnings: () => warningsOf(pool.counters(), connections),
      stop: async () => {
        pool.close();
        return plan.tally.results();
      },
    };
  },
};

function warningsOf({ waited, resends }: ReturnType<Pool["counters"]>, connections: number): string[] {
  return [
    ...(waited === 0
      ? []
      : [
          `${waited} requests waited for a free connection, since all ${connections} were busy, and their latencies hold that wait; raise target.connections where it is not meant`,
        ]),
    ...(resends === 0
      ? []
      : [
          `${resends} requests were sent again, since the server closed their connections before it can have seen them`,
        ]),
  ];
}

/** The check is made at once, and not behind one more promise. */
function checked(
  check: (answer: Answer) => void,
  resolve: () => void,
  reject: (error: unknown) => void,
): (answer: Answer) => void {
  return (answer) => {
    try {
      check(answer);
    } catch (error) {
      reject(error);
      return;
    }
    resolve();
  };
}
