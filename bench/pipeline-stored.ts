import { randomUUID } from "node:crypto";
import { openRedisService } from "../src/drive/services/redis.ts";
import { createEngine } from "../src/engine/create-engine.ts";
import type { Engine } from "../src/engine/engine.ts";
import type { Pipeline } from "../src/engine/pipeline/pipeline.ts";
import { createPipelines } from "../src/engine/pipeline/pipelines.ts";
import { measureClosedLoop } from "./redis-store-job.ts";

const underWay = 300;
const roundSeconds = 2;

/** Runs a second, one figure a round; and what the same events give when they are only published. */
export interface StoredRates {
  readonly runs: number[];
  readonly bare: number[];
}

/** Measures runs that are recorded in a private Redis (appendfsync everysec) and acknowledged, 300 under way. */
export async function measureStoredRuns(
  pipeline: Pipeline,
  rounds: number,
  signal: AbortSignal,
): Promise<StoredRates> {
  const redis = await openRedisService({ env: { PATH: process.env.PATH }, appendfsync: "everysec", signal });
  if (redis === undefined) throw new Error("this benchmark needs redis-server on the PATH");
  const rates: StoredRates = { runs: [], bare: [] };
  try {
    for (let round = 0; round < rounds && !signal.aborted; round++) {
      rates.runs.push(await measureRuns(redis.url, pipeline));
      rates.bare.push(await measureBare(redis.url));
    }
  } finally {
    await redis.close();
  }
  return rates;
}

function openEngine(url: string): Promise<Engine> {
  return createEngine({ store: { kind: "redis", url, stream: `bench:${randomUUID()}` } });
}

async function measureRuns(url: string, pipeline: Pipeline): Promise<number> {
  const engine = await openEngine(url);
  const pipelines = createPipelines({ pipelines: [{ ...pipeline, concurrency: 1000 }], engine });
  await pipelines.start();
  const { eventsPerSec } = await measureClosedLoop({ seconds: roundSeconds }, underWay, async (n) => {
    await pipelines.run(pipeline.name, { n }, { stored: true });
    return 1;
  });
  await pipelines.stop();
  await engine.close();
  return eventsPerSec;
}

/** Events that a run of four steps stores together, one wait after the other. */
const eventsByWait = [3, 2, 2, 2, 2];

async function measureBare(url: string): Promise<number> {
  const engine = await openEngine(url);
  const data = { type: "step.scheduled", step: "a", attempt: 1, key: "bench-01J00000000000000000000000/a" };
  const publish = (): Promise<unknown> => engine.publish({ topic: "bench.step", key: data.key, data });
  const { eventsPerSec } = await measureClosedLoop({ seconds: roundSeconds }, underWay, async () => {
    for (const events of eventsByWait) await Promise.all(Array.from({ length: events }, publish));
    return 1;
  });
  await engine.close();
  return eventsPerSec;
}
