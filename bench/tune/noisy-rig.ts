import { createRandom, deriveSeed, type Random } from "../../src/base/random.ts";
import type { Config } from "../../src/scenario/tuning.ts";
import type { MeasuredArm, MeasuredPair, Rig } from "../../src/tune/rig.ts";
import { drawNormal } from "./draw-normal.ts";
import type { System } from "./systems/system.ts";

/** How much a noisy rig disturbs what it measures. */
export interface Disturbance {
  /** The standard deviation of ln of the objective over one evaluation of full length; shorter ones have more. */
  readonly noise: number;
  /** The chance that a measurement is slowed down by something else. */
  readonly outliers: number;
  /** The standard deviation of what all arms of a block share and the next block partly. */
  readonly drift: number;
}

/** A machine that is neither quiet nor hopeless. */
export const mediumDisturbance: Disturbance = { noise: 0.1, outliers: 0.04, drift: 0.08 };

/** One evaluation of full length, in milliseconds. */
export const unitMs = 1000;
/** Of an evaluation: warming up after a change of configuration. */
const switchShare = 0.05;
const pairLength = 0.25;
/** Of a target's figure, as a share of the noise of the objective. */
const targetNoiseShare = 0.5;
/** In blocks: after so many the drift is forgotten by a factor of e. */
const driftBlocks = 10;

/**
 * A rig that is made of a system's formulas. What it gives is a function of its seed, the block's seed, its number and its
 * arms alone, in whatever order it is asked. Noise is lognormal; outliers are slow-downs by a factor of 1.2 and more; drift
 * is an Ornstein-Uhlenbeck process over the blocks, which a pair of a proof has none of, since it would cancel.
 */
export function noisyRig(system: System, seed: number, disturbance = mediumDisturbance): Rig {
  const driftOf = createDrift(deriveSeed(seed, "drift"), disturbance.drift);
  const seedOf = (kind: string, blockSeed: number): number => deriveSeed(seed, `${kind} ${blockSeed}`);
  return {
    measure: async ({ block, seed: blockSeed, arms, length }) => {
      const random = createRandom(seedOf("block", blockSeed));
      const drift = driftOf(block);
      const measured = arms.map(({ config }) => {
        const { score = 0, ...rest } = measureArm(system, config, length, disturbance, random);
        return { ...rest, score: score + drift };
      });
      return { arms: measured, tookMs: arms.length * (length + switchShare) * unitMs };
    },
    prove: async ({ proof, pair, seed: pairSeed, base, candidate }): Promise<MeasuredPair> => {
      const random = createRandom(seedOf(`pair ${proof} ${pair}`, pairSeed));
      const [before, after] = [base, candidate].map((config) =>
        measureArm(system, config, pairLength, disturbance, random),
      );
      return {
        gain: (before?.score ?? 0) - (after?.score ?? 0),
        misses: after?.misses ?? [],
        tookMs: 2 * pairLength * unitMs,
      };
    },
  };
}

function measureArm(
  system: System,
  config: Config,
  length: number,
  { noise, outliers }: Disturbance,
  random: Random,
): MeasuredArm {
  const deviation = noise / Math.sqrt(length);
  const slowDown = random.next() < outliers ? 0.2 + 0.4 * random.exponential() : 0;
  return {
    score: system.score(config) + deviation * drawNormal(random) + slowDown,
    misses: system.misses(config).map((miss) => miss + targetNoiseShare * deviation * drawNormal(random)),
    figures: [],
  };
}

/** The drift of each block, stationary from the first one on. */
function createDrift(seed: number, deviation: number): (block: number) => number {
  const random = createRandom(seed);
  const kept = Math.exp(-1 / driftBlocks);
  const path: number[] = [deviation * drawNormal(random)];
  return (block) => {
    while (path.length <= block) {
      path.push(kept * (path.at(-1) ?? 0) + Math.sqrt(1 - kept ** 2) * deviation * drawNormal(random));
    }
    return path[block] ?? 0;
  };
}
