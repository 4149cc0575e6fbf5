import type { Config } from "../../../src/scenario/tuning.ts";
import { createSpace } from "../../../src/tune/space/space.ts";
import { scaledWorkers } from "./shapes.ts";
import { count, level, numberOf, type System } from "./system.ts";

const leastPerMs = 120;
const space = createSpace(
  [
    count("batch", 1, 1024, 256),
    count("lingerMicros", 10, 50_000, 4000),
    count("concurrency", 1, 128, 12),
    count("depth", 1, 64, 2),
    count("connections", 1, 64, 4),
    level("gcSliceMs", 1, 21, 17),
  ],
  [],
);

/** Batches in flight make latency and throughput rise together: the lowest latency is where throughput just suffices. */
export const throughputCliff: System = {
  name: "throughput cliff",
  why: "the optimum lies on the edge of what a target allows",
  space,
  targets: ["throughput >= 120,000/s"],
  score: (config) => {
    const { batchMs, lingerMs, concurrency, stallMs } = timesOf(config);
    return Math.log(0.5 * lingerMs + batchMs * (1 + 0.06 * concurrency) + stallMs);
  },
  misses: (config) => {
    const { batchMs, lingerMs, concurrency } = timesOf(config);
    const workers = scaledWorkers(concurrency, 0.03, 0.0006);
    const perMs = (workers * numberOf(config, "batch")) / (batchMs + 0.1 * lingerMs);
    return [Math.log(leastPerMs / perMs)];
  },
};

function timesOf(config: Config): Record<"batchMs" | "lingerMs" | "concurrency" | "stallMs", number> {
  const depth = numberOf(config, "depth");
  const connections = numberOf(config, "connections");
  const concurrency = numberOf(config, "concurrency");
  const slice = numberOf(config, "gcSliceMs");
  // A round trip is shared by what is in the pipeline, which holds back what comes behind it; connections cost their polling.
  const tripMs = 1.2 / depth ** 0.6 + 0.02 * depth;
  const waitingMs = (0.5 * concurrency) / connections / 8 + 0.015 * connections;
  return {
    batchMs: tripMs + waitingMs + 0.012 * numberOf(config, "batch"),
    lingerMs: numberOf(config, "lingerMicros") / 1000,
    concurrency,
    stallMs: 0.05 * slice + 0.8 / slice,
  };
}
