import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { openRedisService } from "../src/drive/services/redis.ts";
import { groupEvents } from "./groups-read.ts";
import { medianOf, ratioOf } from "./ratio.ts";
import { fillStreams } from "./redis-store-fill.ts";
import type { Job, JobResult } from "./redis-store-job.ts";
import type { BenchContext, BenchRow } from "./row.ts";

/** What the table is called. */
export const title = "consumer groups: 256-byte events on Redis, each acknowledged by itself";

const runFile = promisify(execFile);
const child = fileURLToPath(new URL("redis-store-child.js", import.meta.url));

/** Consumes the same events by the engine and by ioredis, once a round, in processes of their own. */
export async function run({ rounds, log, signal }: BenchContext): Promise<readonly BenchRow[]> {
  const ours: JobResult[] = [];
  const theirs: JobResult[] = [];
  for (let round = 0; round < rounds && !signal.aborted; round++) {
    log(`groups: round ${round + 1} of ${rounds}`);
    const [engine, ioredis] = await runRound(round % 2 === 1, signal);
    ours.push(engine);
    theirs.push(ioredis);
  }
  return [
    row("events consumed", ours, theirs, ({ eventsPerSec }) => eventsPerSec, {
      show: (value) => `${(value / 1000).toFixed(0)}k/s`,
      goal: { op: ">=", value: 2 },
    }),
    row("CPU an event, client", ours, theirs, ({ clientMicrosPerEvent }) => clientMicrosPerEvent, {
      show: (value) => `${value.toFixed(1)} us`,
    }),
  ];
}

async function runRound(backwards: boolean, signal: AbortSignal): Promise<readonly [JobResult, JobResult]> {
  const env = { PATH: process.env.PATH };
  const service = await openRedisService({ env, appendfsync: "everysec", signal });
  if (service === undefined) throw new Error("this benchmark needs redis-server on the PATH");
  const consume = async (load: string, name: string): Promise<JobResult> => {
    const job: Job = { load, url: service.url, name, seconds: 0, ratePerSec: 0 };
    const { stdout } = await runFile(process.execPath, [child, JSON.stringify(job)], { signal });
    return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as JobResult;
  };
  try {
    await fillStreams(service.url, groupEvents);
    const ioredisFirst = backwards ? await consume("group ioredis", "single") : undefined;
    const engine = await consume("group engine", "packed");
    return [engine, ioredisFirst ?? (await consume("group ioredis", "single"))];
  } finally {
    await service.close();
  }
}

function row(
  what: string,
  ours: readonly JobResult[],
  theirs: readonly JobResult[],
  figure: (result: JobResult) => number,
  { show, goal }: { readonly show: (value: number) => string; readonly goal?: BenchRow["goal"] },
): BenchRow {
  const [mine, peer] = [ours.map(figure), theirs.map(figure)];
  return {
    what,
    ours: show(medianOf(mine)),
    peerName: "ioredis XREADGROUP 500 + XACK",
    peer: show(medianOf(peer)),
    ratio: ratioOf(mine, peer),
    ...(goal === undefined ? {} : { goal }),
  };
}
