import { randomUUID } from "node:crypto";
import { openRedisService } from "../src/drive/services/redis.ts";
import { createEngine } from "../src/engine/engine.ts";
import type { Pipeline } from "../src/engine/pipeline/pipeline.ts";
import { createPipelines } from "../src/engine/pipeline/pipelines.ts";
import { measureClosedLoop } from "./redis-store-job.ts";

const underWay = 300;
const roundSeconds = 2;

/** Runs a second, one figure a round, each run recorded in a private Redis (appendfsync everysec) and acknowledged. */
export async function measureStoredRuns(
  pipeline: Pipeline,
  rounds: number,
  signal: AbortSignal,
): Promise<number[]> {
  const redis = await openRedisService({ env: { PATH: process.env.PATH }, appendfsync: "everysec", signal });
  if (redis === undefined) throw new Error("this benchmark needs redis-server on the PATH");
  const perSec: number[] = [];
  try {
    const engine = await createEngine({
      store: { kind: "redis", url: redis.url, stream: `bench:${randomUUID()}` },
    });
    const pipelines = createPipelines({ pipelines: [{ ...pipeline, concurrency: 1000 }], engine });
    await pipelines.start();
    for (let round = 0; round < rounds && !signal.aborted; round++) {
      const { eventsPerSec } = await measureClosedLoop({ seconds: roundSeconds }, underWay, async (n) => {
        await pipelines.run(pipeline.name, { n }, { stored: true });
        return 1;
      });
      perSec.push(eventsPerSec);
    }
    await pipelines.stop();
    await engine.close();
  } finally {
    await redis.close();
  }
  return perSec;
}
