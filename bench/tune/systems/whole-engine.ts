import type { Config } from "../../../src/scenario/tuning.ts";
import { createSpace } from "../../../src/tune/space/space.ts";
import { scaledWorkers, waiting } from "./shapes.ts";
import { choice, count, level, numberOf, type System } from "./system.ts";

const arrivalsPerMs = 20;
const mostMb = 600;
const space = createSpace(
  [
    count("batch", 1, 1024, 16),
    count("lingerMicros", 10, 50_000, 1000),
    count("concurrency", 1, 128, 4),
    count("depth", 1, 128, 2),
    count("prefetch", 1, 4096, 64),
    count("pool", 1, 64, 8),
    level("gcSliceMs", 1, 21, 15),
    choice("codec", "json", "msgpack"),
  ],
  [{ text: "batch <= prefetch", holds: ({ batch, prefetch }) => Number(batch) <= Number(prefetch) }],
);

/** An engine under open load: where its workers cannot keep up, latency is 10 to 200 times what it could be. */
export const wholeEngine: System = {
  name: "whole engine",
  why: "eight knobs, walls of overload on all sides, and a limit of memory",
  space,
  targets: ["rss <= 600 MB"],
  score: (config) => {
    const { batch, lingerMs, batchMs, workers, stallMs } = workOf(config);
    const busy = (arrivalsPerMs * batchMs) / (batch * workers);
    return Math.log(0.5 * lingerMs + batchMs * waiting(busy) + stallMs + 0.15);
  },
  misses: (config) => {
    const queued = numberOf(config, "prefetch") * numberOf(config, "concurrency") * 0.012;
    const inFlight = numberOf(config, "batch") * numberOf(config, "depth") * 0.02;
    return [Math.log((180 + queued + inFlight + 3 * numberOf(config, "pool")) / mostMb)];
  },
};

function workOf(config: Config): Record<"batch" | "lingerMs" | "batchMs" | "workers" | "stallMs", number> {
  const lingerMs = numberOf(config, "lingerMicros") / 1000;
  const concurrency = numberOf(config, "concurrency");
  const depth = numberOf(config, "depth");
  // What arrives while a batch is held open; where prefetching is short, workers starve.
  const batch = Math.min(numberOf(config, "batch"), 1 + arrivalsPerMs * lingerMs);
  const fed = Math.min(1, numberOf(config, "prefetch") / (batch * 4)) ** 0.5;
  const [fixedMs, eachMs] = config.codec === "json" ? [0.2, 0.05] : [0.3, 0.03];
  const batchMs = fixedMs + eachMs * batch + 2 / Math.min(depth, 24) ** 0.6 + 0.004 * depth;
  const connected = Math.min(1, (2 * numberOf(config, "pool")) / concurrency) ** 0.5;
  const slice = numberOf(config, "gcSliceMs");
  return {
    batch,
    lingerMs,
    batchMs,
    workers: scaledWorkers(concurrency, 0.04, 0.002) * fed * connected,
    stallMs: 0.06 * slice + 1.2 / slice,
  };
}
