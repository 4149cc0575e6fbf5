import { Queue } from "bullmq";
import { Redis } from "ioredis";
import { createClient } from "redis";
import { createEngine } from "../src/engine/create-engine.ts";
import { type Job, type JobResult, measureClosedLoop, payload } from "./redis-store-job.ts";

/** Events that every append load has under way, as `redis-benchmark -c 8 -P 64` has. */
const underWay = 512;
const bulk = 64;

/** The redis store through the whole engine: group commit, dedup by key, level stored. */
export async function appendByEngine(job: Job): Promise<JobResult> {
  const engine = await createEngine({
    store: { kind: "redis", url: job.url, stream: job.name },
    level: "stored",
  });
  const one = (): number => 1;
  const result = await measureClosedLoop(job, underWay, (n) =>
    engine.publish({ topic: "bench", data: payload, idempotencyKey: `key-${n}` }).then(one),
  );
  await engine.close();
  return result;
}

/** One XADD a call, by ioredis. */
export async function appendByIoredis(job: Job): Promise<JobResult> {
  const client = new Redis(job.url);
  const result = await measureClosedLoop(job, underWay, async () => {
    await client.xadd(job.name, "*", "d", payload);
    return 1;
  });
  client.disconnect();
  return result;
}

/** 64 XADDs a pipeline, by node-redis. */
export async function appendByNodeRedis(job: Job): Promise<JobResult> {
  const client = createClient({ url: job.url });
  await client.connect();
  const result = await measureClosedLoop(job, underWay / bulk, async () => {
    const pipeline = client.multi();
    for (let i = 0; i < bulk; i++) pipeline.xAdd(job.name, "*", { d: payload });
    return (await pipeline.execAsPipeline()).length;
  });
  client.destroy();
  return result;
}

/** 64 jobs a call, by BullMQ. It does more than an append for each. */
export async function appendByBullmq(job: Job): Promise<JobResult> {
  const { hostname: host, port } = new URL(job.url);
  const queue = new Queue(job.name.replaceAll(":", "-"), { connection: { host, port: Number(port) } });
  await queue.waitUntilReady();
  const jobs = Array.from({ length: bulk }, () => ({ name: "bench", data: { d: payload } }));
  const result = await measureClosedLoop(
    job,
    underWay / bulk,
    async () => (await queue.addBulk(jobs)).length,
  );
  await queue.close();
  return result;
}
