import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep, setImmediate as turn } from "node:timers/promises";
import { openRedisService } from "../src/drive/services/redis.ts";
import type { RedisProcess } from "../src/drive/services/redis-process.ts";
import { createEngine } from "../src/engine/create-engine.ts";
import type { Engine } from "../src/engine/engine.ts";
import { medianOf } from "./ratio.ts";
import type { BenchContext, BenchRow } from "./row.ts";

/** What the table is called. */
export const title =
  "spool: redis-server is killed for 10 s while 5,000 events a second are published, level stored";

const payload = { text: "x".repeat(245) };
const ratePerSec = 5000;
const outageMs = 10_000;
const maxRounds = 3;

interface Round {
  readonly published: number;
  readonly errors: number;
  /** From the answer of the new server to the first acknowledgement of the store. */
  readonly firstAckMs: number;
  /** From the same moment until everything is in the stream. */
  readonly drainMs: number;
  /** The longest that a publish waited for its acknowledgement. */
  readonly worstMs: number;
}

/** Each round takes a new server, kills it, waits, starts it again, and counts what publishers heard. */
export async function run({ rounds, log, signal }: BenchContext): Promise<readonly BenchRow[]> {
  const done: Round[] = [];
  for (let round = 0; round < Math.min(rounds, maxRounds) && !signal.aborted; round++) {
    log(`spool: round ${round + 1} of ${Math.min(rounds, maxRounds)}`);
    done.push(await runRound(signal));
  }
  const perSecond = (outageMs / 1000).toFixed(0);
  return [
    row(
      "publishes that failed",
      "",
      done.map(({ errors }) => errors),
      0,
    ),
    row(
      "first ack of the store after its return",
      " ms",
      done.map(({ firstAckMs }) => firstAckMs),
      500,
    ),
    row(
      `drained after ${perSecond} s away`,
      " ms",
      done.map(({ drainMs }) => drainMs),
      10_000,
    ),
    row(
      "longest wait of a publish",
      " ms",
      done.map(({ worstMs }) => worstMs),
    ),
  ];
}

async function runRound(signal: AbortSignal): Promise<Round> {
  const dir = await mkdtemp(join(tmpdir(), "dyno-bench-"));
  const env = { PATH: process.env.PATH };
  const service = await openRedisService({ env, appendfsync: "everysec", signal });
  if (service?.process === undefined) throw new Error("this benchmark needs redis-server on the PATH");
  const engine = await createEngine({
    store: { kind: "redis", url: service.url, stream: "bench" },
    fallback: { kind: "spool", dir },
  });
  try {
    return await outage(engine, service.process);
  } finally {
    await engine.close();
    await service.close();
    await rm(dir, { recursive: true });
  }
}

async function outage(engine: Engine, server: RedisProcess): Promise<Round> {
  const stop = new AbortController();
  const publishing = publishAtRate(engine, stop.signal);
  await sleep(1000);
  await server.kill();
  await sleep(outageMs);
  await server.restart();
  const backMs = performance.now();
  while ((engine.counters().spool_drained ?? 0) === 0) await turn();
  const firstAckMs = performance.now() - backMs;
  while (engine.health().status !== "ok") await sleep(1);
  const drainMs = performance.now() - backMs;
  await sleep(1000);
  stop.abort();
  const heard = await publishing;
  const found = await count(engine);
  if (found !== heard.published - heard.errors)
    throw new Error(`${found} events of ${heard.published} are there`);
  return { ...heard, firstAckMs, drainMs };
}

async function publishAtRate(
  engine: Engine,
  stop: AbortSignal,
): Promise<{ published: number; errors: number; worstMs: number }> {
  const heard = { published: 0, errors: 0, worstMs: 0 };
  const pending: Promise<void>[] = [];
  const begunMs = performance.now();
  while (!stop.aborted) {
    const due = ((performance.now() - begunMs) * ratePerSec) / 1000;
    for (; heard.published < due; heard.published++) {
      const sentMs = performance.now();
      const published = engine.publish({ topic: "orders.created", data: payload }).then(
        () => {
          heard.worstMs = Math.max(heard.worstMs, performance.now() - sentMs);
        },
        () => {
          heard.errors++;
        },
      );
      pending.push(published);
    }
    await sleep(1);
  }
  await Promise.all(pending);
  return heard;
}

async function count(engine: Engine): Promise<number> {
  let events = 0;
  for await (const batch of engine.replay()) events += batch.length;
  return events;
}

function row(what: string, unit: string, values: readonly number[], most?: number): BenchRow {
  const median = medianOf([...values]);
  return {
    what,
    ours: `${median.toFixed(0)}${unit}`,
    peerName: "",
    peer: "",
    ratio: { median, low: Math.min(...values), high: Math.max(...values) },
    ...(most === undefined ? {} : { goal: { op: "<=", value: most } }),
  };
}
