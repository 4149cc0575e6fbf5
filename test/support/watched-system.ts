import { systemClock } from "../../src/base/clock.ts";
import type { WatchEvent } from "../../src/measure/watch-events.ts";
import type { Config, NumberParam } from "../../src/scenario/tuning.ts";
import type { Rig } from "../../src/tune/rig.ts";
import { createRandomSearch } from "../../src/tune/search/random-search.ts";
import type { Block, CreateSearcher } from "../../src/tune/search/searcher.ts";
import { createSpace } from "../../src/tune/space/space.ts";
import type { Tuned } from "../../src/tune/tune.ts";
import { watch } from "../../src/tune/watch/watch.ts";
import { standardWatchRules, type Watched, type WatchOrder } from "../../src/tune/watch/watch-order.ts";
import { functionRig } from "./function-rig.ts";

const number = {
  type: "int",
  scale: "log",
  meaning: "",
  unit: "",
  min: 1,
  max: 1024,
  default: 64,
} as const;
const batch: NumberParam = { ...number, name: "batch", path: ["target", "batch"] };
const depth: NumberParam = { ...number, name: "depth", path: ["target", "depth"] };

/** Two numbers from 1 to 1024, even on a log scale. */
export const watchedSpace = createSpace([batch, depth], []);

/** A system that changes with the time, which goes on as it is measured and waited for. */
export interface WatchedSystem {
  /** Where the objective is smallest at a time, in coordinates. */
  bestAt(atMs: number): readonly number[];
  /** ln of a factor on all configurations alike. */
  commonAt?(atMs: number): number;
  misses?(config: Config, atMs: number): readonly number[];
  works?(config: Config, atMs: number): boolean;
  /** As in `FunctionSystem`; 0.05 unless told. */
  noise?(atMs: number): number;
  /** The watch is interrupted after so many sleeps or answers. */
  readonly interruptedAfter?: number;
}

/** What was seen of a watch. */
export interface Seen {
  readonly watched: Watched;
  readonly events: readonly WatchEvent[];
  readonly blocks: readonly { readonly block: Block; readonly atMs: number }[];
  /** What was put in force, in order, the first configuration included. */
  readonly inForce: readonly Config[];
  readonly sleptMs: number;
}

/** ln of the objective above its smallest, of a curve that costs 0.18 at 0.3 from the best in one coordinate. */
export function lossOf(config: Config, best: readonly number[]): number {
  return watchedSpace.toPoint(config).reduce((sum, value, i) => sum + 2 * (value - (best[i] ?? 0)) ** 2, 0);
}

/** What is other than usual. */
export interface WatchOptions extends Partial<Omit<WatchOrder, "tuning">> {
  readonly seed?: number;
  readonly createSearcher?: CreateSearcher;
}

/** Watches a system in a time of its own. */
export async function watchSystem(
  system: WatchedSystem,
  { seed = 1, createSearcher = createRandomSearch, ...options }: WatchOptions = {},
): Promise<Seen> {
  let atMs = 0;
  let sleptMs = 0;
  let steps = 0;
  const interrupt = new AbortController();
  const passed = (ms: number): void => {
    atMs += ms;
    steps++;
    if (steps === system.interruptedAfter) interrupt.abort();
  };
  const blocks: { block: Block; atMs: number }[] = [];
  const rig: Rig = timedRig(system, () => atMs, passed, interrupt.signal, blocks);
  const events: WatchEvent[] = [];
  const config = options.config ?? watchedSpace.defaults;
  const inForce = [config];
  const order: WatchOrder = {
    tuning: {
      space: watchedSpace,
      targets: ["p99 <= 5ms"],
      seed,
      minGain: 0.02,
      budget: { trials: 40 },
      createSearcher,
      clock: systemClock,
    },
    config,
    rules: standardWatchRules,
    signal: interrupt.signal,
    sleep: async (ms) => {
      sleptMs += ms;
      passed(ms);
    },
    ...options,
  };
  const act = {
    swap: async ({ chosen }: Tuned): Promise<void> => void inForce.push(chosen),
    rollBack: async (to: Config): Promise<void> => void inForce.push(to),
  };
  const watched = await watch(order, rig, act, (event) => void events.push(event));
  return { watched, events, blocks, inForce, sleptMs };
}

function timedRig(
  system: WatchedSystem,
  nowMs: () => number,
  passed: (ms: number) => void,
  signal: AbortSignal,
  blocks: { block: Block; atMs: number }[],
): Rig {
  const rigNow = (): Rig => {
    const atMs = nowMs();
    return functionRig({
      score: (config) =>
        system.works?.(config, atMs) === false
          ? undefined
          : lossOf(config, system.bestAt(atMs)) + (system.commonAt?.(atMs) ?? 0),
      misses: (config) => system.misses?.(config, atMs) ?? [-0.5],
      noise: system.noise?.(atMs) ?? 0.05,
      interruptedAfter: signal.aborted ? 0 : Number.POSITIVE_INFINITY,
    });
  };
  return {
    measure: async (block) => {
      blocks.push({ block, atMs: nowMs() });
      const measured = await rigNow().measure(block);
      passed(measured.tookMs);
      return measured;
    },
    prove: async (order) => {
      const measured = await rigNow().prove(order);
      passed(measured.tookMs);
      return measured;
    },
  };
}
