import type { Job, Load } from "./redis-store-job.ts";

const loads: Readonly<Record<string, () => Promise<Load>>> = {
  "append engine": async () => (await import("./redis-store-appends.ts")).appendByEngine,
  "append ioredis": async () => (await import("./redis-store-appends.ts")).appendByIoredis,
  "append node-redis": async () => (await import("./redis-store-appends.ts")).appendByNodeRedis,
  "append bullmq": async () => (await import("./redis-store-appends.ts")).appendByBullmq,
  "offer engine": async () => (await import("./redis-store-open-loop.ts")).offerToEngine,
  "offer socket": async () => (await import("./redis-store-open-loop.ts")).offerToSocket,
  "group engine": async () => (await import("./groups-read.ts")).consumeByEngine,
  "group ioredis": async () => (await import("./groups-read.ts")).consumeByIoredis,
  "replay engine": async () => (await import("./redis-store-replay.ts")).replayByEngine,
  "replay ioredis": async () => (await import("./redis-store-replay.ts")).replayByIoredis,
};

const job = JSON.parse(process.argv.at(-1) ?? "") as Job;
const load = await loads[job.load]?.();
if (load === undefined) throw new Error(`there is no load ${job.load}`);
process.stdout.write(`${JSON.stringify(await load(job))}\n`);
process.exit(0);
