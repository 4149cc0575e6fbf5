import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Redis } from "ioredis";
import { openRedisService } from "../src/drive/services/redis.ts";
import { openRedisObserver, type RedisObserver } from "../src/drive/services/redis-observer.ts";
import { findProgram } from "../src/drive/services/redis-process.ts";
import { fillStreams } from "./redis-store-fill.ts";
import { type Job, type JobResult, nothing, payload } from "./redis-store-job.ts";
import { type Round, redisStoreRows } from "./redis-store-rows.ts";
import type { BenchContext, BenchRow } from "./row.ts";

/** What the table is called. */
export const title =
  "redis store: 256-byte events through the whole engine, dedup by key, appendfsync everysec, level stored";

const runFile = promisify(execFile);
const child = fileURLToPath(new URL("redis-store-child.js", import.meta.url));
const replayedEvents = 1_000_000;
const seconds = 1.5;

/** Runs every load once a round, each in a process of its own, on a private Redis that is new in each round. */
export async function run({ rounds, log, signal }: BenchContext): Promise<readonly BenchRow[]> {
  const done: Round[] = [];
  for (let round = 0; round < rounds && !signal.aborted; round++) {
    log(`redis store: round ${round + 1} of ${rounds}`);
    done.push(await runRound(round % 2 === 1, signal));
  }
  return redisStoreRows(done);
}

interface Bench {
  readonly url: string;
  readonly client: Redis;
  readonly observer: RedisObserver;
  readonly signal: AbortSignal;
}

async function runRound(backwards: boolean, signal: AbortSignal): Promise<Round> {
  const service = await openRedisService({
    env: { PATH: process.env.PATH },
    appendfsync: "everysec",
    signal,
  });
  if (service === undefined) throw new Error("this benchmark needs redis-server on the PATH");
  const client = new Redis(service.url);
  const observer = await openRedisObserver(service.url);
  try {
    // A rewrite of the file in the middle of one load and not of another would be chance.
    await client.config("SET", "auto-aof-rewrite-percentage", 0);
    return await runLoads({ url: service.url, client, observer, signal }, backwards);
  } finally {
    observer.close();
    client.disconnect();
    await service.close();
  }
}

/** Loads that are compared lie next to each other, and every second round runs them the other way round. */
async function runLoads(bench: Bench, backwards: boolean): Promise<Round> {
  const turn = <Item>(items: readonly Item[]): readonly Item[] => (backwards ? items.toReversed() : items);
  const results: Record<string, JobResult> = {};
  for (const name of turn([
    "append bullmq",
    "append ioredis",
    "append engine",
    "redis-benchmark",
    "append node-redis",
  ])) {
    results[name] = await (name === "redis-benchmark" ? redisBenchmark(bench) : inChild(bench, name));
    await bench.client.flushall();
  }
  for (const [name, load, ratePerSec] of turn([
    ["offer engine 10k", "offer engine", 10_000],
    ["offer engine 50k", "offer engine", 50_000],
    ["offer socket 50k", "offer socket", 50_000],
  ] as const)) {
    results[name] = await inChild(bench, load, { ratePerSec });
    await bench.client.flushall();
  }
  await fillStreams(bench.url, replayedEvents);
  for (const [load, stream] of turn([
    ["replay engine", "packed"],
    ["replay ioredis", "single"],
  ] as const)) {
    const result = await inChild(bench, load, { name: stream });
    if (result.events !== replayedEvents) throw new Error(`${load} read ${result.events} events`);
    results[load] = result;
  }
  return results;
}

async function inChild(bench: Bench, load: string, more: Partial<Job> = {}): Promise<JobResult> {
  const job: Job = { load, url: bench.url, name: "bench", seconds, ratePerSec: 0, ...more };
  const before = await bench.observer.cpuMicros();
  const args = [child, JSON.stringify(job)];
  const { stdout } = await runFile(process.execPath, args, { signal: bench.signal });
  const result = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as JobResult;
  const serverMicros = (await bench.observer.cpuMicros()) - before;
  return { ...result, serverMicrosPerEvent: serverMicros / result.events };
}

async function redisBenchmark({ url, signal }: Bench): Promise<JobResult> {
  const program = findProgram(["redis-benchmark", "valkey-benchmark"], process.env.PATH ?? "");
  if (program === undefined) throw new Error("this benchmark needs redis-benchmark on the PATH");
  const size = ["-c", "8", "-P", "64", "-n", "600000", "--csv"];
  const args = ["-p", new URL(url).port, ...size, "XADD", "bench", "*", "d", `"${payload}"`];
  const { stdout } = await runFile(program, args, { signal });
  // The last line: the command, then events a second, then latencies, each in quotes.
  const eventsPerSec = Number(/",\s*"([\d.]+)"/.exec(stdout.trim().split("\n").at(-1) ?? "")?.[1]);
  return { ...nothing, eventsPerSec, events: 600_000 };
}
