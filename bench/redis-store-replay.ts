import { Redis } from "ioredis";
import { createEngine } from "../src/engine/create-engine.ts";
import { type Job, type JobResult, nothing } from "./redis-store-job.ts";

/** Replays a whole stream through the engine, which packs many events into an entry. */
export async function replayByEngine({ url, name: stream }: Job): Promise<JobResult> {
  // Without a window nothing is read when the engine is opened.
  const engine = await createEngine({ store: { kind: "redis", url, stream }, knobs: { dedupWindowMs: 0 } });
  const result = await measureReading(async (read) => {
    for await (const batch of engine.replay()) read(batch.length);
  });
  await engine.close();
  return result;
}

/** Reads a stream of single entries by XRANGE, with the next page asked for ahead, as a careful user would. */
export async function replayByIoredis({ url, name: stream }: Job): Promise<JobResult> {
  const client = new Redis(url);
  const result = await measureReading(async (read) => {
    let next = client.xrange(stream, "-", "+", "COUNT", 2000);
    for (;;) {
      const entries = await next;
      const last = entries.at(-1)?.[0];
      if (last === undefined) break;
      next = client.xrange(stream, `(${last}`, "+", "COUNT", 2000);
      read(entries.length);
    }
  });
  client.disconnect();
  return result;
}

async function measureReading(
  readAll: (read: (events: number) => void) => Promise<void>,
): Promise<JobResult> {
  let events = 0;
  const rssBefore = process.memoryUsage.rss();
  let rssMax = rssBefore;
  let reads = 0;
  const cpuBefore = process.cpuUsage();
  const beganMs = performance.now();
  await readAll((count) => {
    events += count;
    if (reads++ % 16 === 0) rssMax = Math.max(rssMax, process.memoryUsage.rss());
  });
  const cpu = process.cpuUsage(cpuBefore);
  return {
    ...nothing,
    eventsPerSec: events / ((performance.now() - beganMs) / 1000),
    clientMicrosPerEvent: (cpu.user + cpu.system) / events,
    rssGrowthMb: (rssMax - rssBefore) / 1_048_576,
    events,
  };
}
