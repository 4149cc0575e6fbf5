import { Redis } from "ioredis";
import { createEngine } from "../src/engine/create-engine.ts";
import { payload } from "./redis-store-job.ts";

/** Fills two streams with the same number of events: `packed` by the engine, `single` with one entry for each. */
export async function fillStreams(url: string, events: number): Promise<void> {
  const client = new Redis(url);
  await client.config("SET", "appendonly", "no");
  await fillPacked(url, events);
  await fillSingle(client, events);
  client.disconnect();
}

async function fillPacked(url: string, events: number): Promise<void> {
  const engine = await createEngine({ store: { kind: "redis", url, stream: "packed" } });
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next++ < events) await engine.publish({ topic: "bench", data: payload });
  };
  await Promise.all(Array.from({ length: 1024 }, worker));
  await engine.close();
}

async function fillSingle(client: Redis, events: number): Promise<void> {
  const script = "for i = 1, ARGV[2] do redis.call('XADD', KEYS[1], '*', 'd', ARGV[1]) end";
  const step = 10_000;
  for (let n = 0; n < events; n += step) {
    await client.eval(script, 1, "single", `"${payload}"`, Math.min(step, events - n));
  }
}
