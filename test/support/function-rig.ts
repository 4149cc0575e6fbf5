import { DynoError } from "../../src/base/errors.ts";
import { createRandom } from "../../src/base/random.ts";
import type { PairRecord } from "../../src/measure/pair.ts";
import type { Config } from "../../src/scenario/tuning.ts";
import { normalQuantile } from "../../src/stats/normal.ts";
import type { MeasuredArm, PairOrder, Rig } from "../../src/tune/rig.ts";
import type { Block } from "../../src/tune/search/searcher.ts";

/** A system that is made of functions. */
export interface FunctionSystem {
  /** The true ln of the objective; undefined where the configuration does not work. */
  score(config: Config): number | undefined;
  /** Default: no targets. */
  misses?(config: Config): readonly number[];
  /** Misses that only the proof sees, in place of `misses`. */
  provenMisses?(config: Config): readonly number[];
  /** Standard deviation of ln of the objective, of an evaluation of full length. Default 0.1. */
  readonly noise?: number;
  /** All figures of a pair, by its number and the candidate's true share. Default: none. */
  record?(pair: number, share: number): PairRecord;
  /** After so many answers it is interrupted. */
  readonly interruptedAfter?: number;
}

/** A rig of functions that remembers what was asked of it. An evaluation takes a second. */
export interface FunctionRig extends Rig {
  readonly blocks: readonly Block[];
  readonly pairs: readonly PairOrder[];
}

/** Makes a rig whose answers depend on the system and on the seed of the question alone; each block has a drift of its own. */
export function functionRig(system: FunctionSystem): FunctionRig {
  const { noise = 0.1, interruptedAfter = Number.POSITIVE_INFINITY } = system;
  const blocks: Block[] = [];
  const pairs: PairOrder[] = [];
  const interrupt = (): void => {
    if (blocks.length + pairs.length >= interruptedAfter)
      throw new DynoError("aborted", "it was interrupted");
  };
  const draws = (seed: number, length: number): (() => number) => {
    const random = createRandom(seed);
    return () =>
      (normalQuantile((random.next() + 1e-12) * (1 - 2e-12)) * noise) / Math.sqrt(Math.max(length, 1e-9));
  };
  return {
    blocks,
    pairs,
    measure: async (block) => {
      interrupt();
      blocks.push(block);
      const draw = draws(block.seed, block.length);
      const drift = 0.3 * Math.sin(block.block);
      const arms = block.arms.map(({ config }): MeasuredArm => {
        const score = system.score(config);
        if (score === undefined) return { score, misses: [], figures: [], failure: "it does not start" };
        const measured = score + drift + draw();
        const value = 1000 * Math.exp(measured);
        return {
          score: measured,
          misses: system.misses?.(config) ?? [],
          figures: [{ metric: "p50", phase: "steady", unit: "us", value }],
        };
      });
      return { arms, tookMs: 1000 * block.length * block.arms.length };
    },
    prove: async (order) => {
      interrupt();
      pairs.push(order);
      const [base, candidate] = [system.score(order.base), system.score(order.candidate)];
      if (base === undefined || candidate === undefined)
        return { gain: undefined, misses: [], tookMs: 500, failure: "it does not start" };
      const draw = draws(order.seed, 0.25);
      const misses = (system.provenMisses ?? system.misses)?.(order.candidate) ?? [];
      const record = system.record?.(order.pair, Math.exp(candidate - base));
      const gain = base - candidate + draw() - draw();
      return { gain, misses, tookMs: 500, ...(record === undefined ? {} : { record }) };
    },
  };
}
