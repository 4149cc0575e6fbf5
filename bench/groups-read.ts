import { Redis } from "ioredis";
import { createEngine } from "../src/engine/create-engine.ts";
import { type Job, type JobResult, nothing } from "./redis-store-job.ts";

/** How many events the stream holds that is consumed. */
export const groupEvents = 500_000;

/** Consumes a whole stream as a group of the engine, which acknowledges each event by itself. */
export async function consumeByEngine({ url, name: stream }: Job): Promise<JobResult> {
  const engine = await createEngine({ store: { kind: "redis", url, stream }, knobs: { dedupWindowMs: 0 } });
  const client = new Redis(url);
  const result = await measureConsuming(async (handled) => {
    const consumer = await engine.consume("bench", () => handled(1), { maxInFlight: 500 });
    while ((consumer.counters().handled ?? 0) < groupEvents) await turn();
    // Everything is acknowledged when the group holds nothing any more.
    while (((await client.xpending(stream, "bench")) as unknown[])[0] !== 0) await turn();
  });
  client.disconnect();
  await engine.close();
  return result;
}

/** Consumes a stream of single entries: the acknowledgements of a page are pipelined with the next read. */
export async function consumeByIoredis({ url, name: stream }: Job): Promise<JobResult> {
  const client = new Redis(url);
  await client.xgroup("CREATE", stream, "bench", "0");
  const result = await measureConsuming(async (handled) => {
    let acknowledged: Promise<number> | undefined;
    for (let events = 0; events < groupEvents; ) {
      const entries = await readPage(client, stream);
      for (const _ of entries) handled(1);
      events += entries.length;
      await acknowledged;
      acknowledged = client.xack(stream, "bench", ...entries.map(([id]) => id));
    }
    await acknowledged;
  });
  client.disconnect();
  return result;
}

async function readPage(client: Redis, stream: string): Promise<[string, string[]][]> {
  const options = ["COUNT", 500, "STREAMS", stream, ">"] as const;
  const reply = (await client.xreadgroup("GROUP", "bench", "one", ...options)) as
    | [string, [string, string[]][]][]
    | null;
  return reply?.[0]?.[1] ?? [];
}

function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 2));
}

async function measureConsuming(
  consumeAll: (handled: (events: number) => void) => Promise<void>,
): Promise<JobResult> {
  let events = 0;
  const cpuBefore = process.cpuUsage();
  const beganMs = performance.now();
  await consumeAll((count) => {
    events += count;
  });
  const cpu = process.cpuUsage(cpuBefore);
  if (events !== groupEvents) throw new Error(`${events} events were handled, not ${groupEvents}`);
  return {
    ...nothing,
    eventsPerSec: events / ((performance.now() - beganMs) / 1000),
    clientMicrosPerEvent: (cpu.user + cpu.system) / events,
    events,
  };
}
