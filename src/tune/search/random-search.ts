import { createRandom, deriveSeed, type Random } from "../../base/random.ts";
import type { Config } from "../../scenario/tuning.ts";
import { medianOf } from "../../stats/median.ts";
import { createBounds } from "./bounds.ts";
import type {
  Arm,
  ArmOutcome,
  Ask,
  Block,
  BlockOutcome,
  Candidate,
  Estimate,
  Searcher,
  SearchProblem,
} from "./searcher.ts";

/** Arms of a block: the beginning, and new ones beside it. */
const newArms = 3;
/** So often in a row nothing new was drawn, and the space counts as searched through. */
const drawsOfNothingNew = 200;

/** What is known of one configuration. */
interface Seen {
  readonly config: Config;
  /** ln of its objective by that of the beginning in the same block. */
  readonly gains: number[];
  hasMissed: boolean;
}

/**
 * Random search: configurations drawn evenly over the space, each held against the beginning in the same block. The
 * yardstick that a search has to beat (Bergstra and Bengio, JMLR 2012).
 */
export function createRandomSearch(problem: SearchProblem): Searcher {
  const { space, seed, budget, warm } = problem;
  const beginning = warm?.from ?? space.defaults;
  const bounds = createBounds(space, warm);
  const seen = new Map<string, Seen>([
    [space.keyOf(beginning), { config: beginning, gains: [], hasMissed: false }],
  ]);
  const bases: number[] = [];
  let blocks = 0;
  let spent = 0;
  let asked: Block | undefined;

  const ask = (): Ask => {
    if (spent >= budget) return { stop: "budget" };
    asked ??= nextBlock();
    return asked.arms.length > 1 ? { block: asked } : { stop: "exhausted" };
  };
  const nextBlock = (): Block => {
    const blockSeed = deriveSeed(seed, `block ${blocks}`);
    const arms: Arm[] = [{ config: beginning, role: "default" }];
    const random = createRandom(blockSeed);
    for (let arm = 0; arm < newArms; arm++) {
      const config = drawNew(random, arms);
      if (config !== undefined) arms.push({ config, role: "explore" });
    }
    return { block: blocks, seed: blockSeed, arms, length: 0.5 };
  };
  const drawNew = (random: Random, others: readonly Arm[]): Config | undefined => {
    const taken = new Set([...seen.keys(), ...others.map(({ config }) => space.keyOf(config))]);
    for (let draw = 0; draw < drawsOfNothingNew; draw++) {
      const config = bounds.toConfig(bounds.sample(random), beginning);
      if (!taken.has(space.keyOf(config))) return config;
    }
    return undefined;
  };
  const take = ({ config }: Arm, { score, misses }: ArmOutcome, base: number | undefined): void => {
    const key = space.keyOf(config);
    const known = seen.get(key) ?? { config, gains: [], hasMissed: false };
    seen.set(key, known);
    if (score === undefined || misses.some((miss) => miss > 0)) known.hasMissed = true;
    if (score !== undefined && base !== undefined) known.gains.push(score - base);
  };
  const ranked = (): Candidate[] => {
    const noise = noiseOf(bases);
    return [...seen.values()]
      .filter(({ hasMissed, gains }) => !hasMissed && gains.length > 0)
      .map(({ config, gains }) => ({
        config,
        score: around(medianOf(gains), noise / Math.sqrt(gains.length)),
      }))
      .sort((a, b) => a.score.mean - b.score.mean);
  };

  return {
    ask,
    tell: ({ arms, cost }: BlockOutcome) => {
      if (asked === undefined) throw new RangeError("a block was told of that was not asked for");
      const base = arms[0]?.score;
      if (base !== undefined) bases.push(base);
      asked.arms.forEach((arm, i) => {
        const outcome = arms[i];
        if (outcome !== undefined) take(arm, outcome, base);
      });
      spent += cost;
      blocks++;
      asked = undefined;
    },
    best: () => ranked()[0] ?? { config: beginning, score: around(0, 0) },
    candidates: () =>
      ranked()
        .filter(({ score }) => score.mean < 0)
        .slice(0, 2),
  };
}

/**
 * The standard deviation of a gain, which is the difference of two scores: by what the beginning's differ from block to
 * block (von Neumann, 1941). Drift adds to it, so it is rather too large. 1, which is a factor of e, before it is known.
 */
function noiseOf(bases: readonly number[]): number {
  const squares = bases.slice(1).map((score, i) => (score - (bases[i] ?? score)) ** 2);
  if (squares.length === 0) return 1;
  return Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / squares.length);
}

function around(mean: number, deviation: number): Estimate {
  return { mean, low: mean - 2 * deviation, high: mean + 2 * deviation };
}
