import autocannon from "autocannon";
import { systemClock } from "../../src/base/clock.ts";
import { startClosedLoop } from "../../src/drive/load/closed-loop.ts";
import { startOpenLoop } from "../../src/drive/load/open-loop.ts";
import type { LoadOutcome } from "../../src/drive/load/running-load.ts";
import { createSchedule } from "../../src/drive/load/schedule.ts";
import { openTarget } from "../../src/drive/open-target.ts";
import { targetSchemas } from "../../src/drive/target-schemas.ts";
import { createRecorder } from "../../src/measure/recorder.ts";
import type { GeneratorFigures, GeneratorOrder } from "./generators.ts";

// A process that loads a server as it is told, and says what it saw and what CPU time that took: its own start is not
// counted, neither of dyno nor of autocannon.
process.on("message", (order: GeneratorOrder) => {
  void work(order).then((figures) => process.send?.(figures));
});
process.on("disconnect", () => process.exit(0));

const quantiles = [0.5, 0.99, 0.999];

function work(order: GeneratorOrder): Promise<GeneratorFigures> {
  return order.client === "autocannon" ? cannonade(order) : drive(order);
}

/** The HTTP target as scenarios use it, under our own drivers. */
async function drive(order: GeneratorOrder): Promise<GeneratorFigures> {
  const url = `http://127.0.0.1:${order.port}/`;
  const settings = targetSchemas.http?.settings.parse({
    kind: "http",
    url,
    connections: order.connections,
    ...(order.client === "dyno with templates and checks" ? rich : {}),
  });
  const target = await openTarget("http");
  if (target === undefined) throw new Error("there is no target http");
  const { signal } = new AbortController();
  const session = await target.start(settings, {
    seed: 1,
    scenarioDir: ".",
    scratchDir: ".",
    services: {},
    faults: [],
    verifies: false,
    signal,
  });
  const recorder = createRecorder({ loop: order.rate === undefined ? "closed" : "open" });
  const before = process.cpuUsage();
  const startMicros = systemClock.nowMicros();
  const common = { session, firstOperation: 0, recorder, clock: systemClock, startMicros, signal };
  const outcome = await load(order, { ...common, drainMs: 5000 });
  const { user, system } = process.cpuUsage(before);
  await session.stop();
  const { completed, failed, response, errors } = recorder.totals();
  if (failed > 0) throw new Error(`${failed} requests failed: ${errors[0]?.sample}`);
  const [p50 = 0, p99 = 0, p999 = 0] = response.quantiles(quantiles).map((micros) => micros / 1000);
  return { completed, cpuMicros: user + system - outcome.idleSpinMicros, p50, p99, p999 };
}

/** An answer that differs is an error, and every request is another one. */
const rich = {
  headers: { accept: "application/json", "x-request": "{{n}}" },
  requests: [
    {
      name: "item",
      path: "/items/{{int 1 1000}}?q={{text 8}}",
      expect: { status: 200, contains: "dyno", json: { id: 7 } },
    },
  ],
};

type Common = Parameters<typeof startClosedLoop>[0] extends infer Options ? Omit<Options, "phase"> : never;

function load({ rate, forMs, connections }: GeneratorOrder, common: Common): Promise<LoadOutcome> {
  if (rate === undefined) {
    const clients = { fromClients: connections, toClients: connections, durationMs: forMs };
    return startClosedLoop({
      ...common,
      phase: { phase: "full", loop: "closed", shape: "concurrency", ...clients },
    }).done;
  }
  const corners = [
    { atMs: 0, ratePerSec: rate },
    { atMs: forMs, ratePerSec: rate },
  ];
  const schedule = createSchedule({ corners, arrivals: "uniform", durationMs: forMs }, 1);
  return startOpenLoop({ ...common, schedule, durationMs: forMs, lowCpu: false }).done;
}

async function cannonade(order: GeneratorOrder): Promise<GeneratorFigures> {
  const { port, connections, rate, forMs, ignoresOmission } = order;
  const before = process.cpuUsage();
  const { requests, latency } = await autocannon({
    url: `http://127.0.0.1:${port}/`,
    connections,
    duration: forMs / 1000,
    ...(rate === undefined ? {} : { overallRate: rate }),
    ...(ignoresOmission ? { ignoreCoordinatedOmission: true } : {}),
  });
  const { user, system } = process.cpuUsage(before);
  return {
    completed: requests.total,
    cpuMicros: user + system,
    p50: latency.p50,
    p99: latency.p99,
    p999: latency.p99_9,
  };
}
