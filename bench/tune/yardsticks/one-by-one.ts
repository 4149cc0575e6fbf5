import { createRandom, deriveSeed, type Random } from "../../../src/base/random.ts";
import type { Config } from "../../../src/scenario/tuning.ts";
import type {
  ArmOutcome,
  Ask,
  Candidate,
  CreateSearcher,
  SearchProblem,
} from "../../../src/tune/search/searcher.ts";
import type { Space } from "../../../src/tune/space/space.ts";

/** One configuration with what was measured. */
export interface Measured {
  readonly config: Config;
  /** In the cube of a method. */
  readonly at: readonly number[];
  readonly outcome: ArmOutcome;
}

/** A method of the textbooks at work. */
export interface Method {
  /** Yields points of the cube, the defaults first, and is given what was measured there. */
  readonly steps: Generator<readonly number[], void, Measured>;
  /** The best of what was measured, in its eyes; undefined where nothing is held for good. */
  recommend(measured: readonly Measured[]): Candidate | undefined;
}

/** What a method has to work with. */
export interface MethodMeans {
  readonly dimensions: number;
  readonly targets: number;
  readonly random: Random;
  /** The defaults. */
  readonly start: readonly number[];
  /** How many evaluations it may make, about. */
  readonly evaluations: number;
}

/** Of a budget that is told in milliseconds: an evaluation of full length with its warm-up. */
const evaluationMs = 1050;

/**
 * Makes a searcher of a method that measures one configuration after the other at full length, as such methods are used:
 * they know of no blocks. Choices are cut from the cube in equal parts.
 */
export function oneByOne(start: (means: MethodMeans) => Method): CreateSearcher {
  return (problem: SearchProblem) => {
    const { space, seed, budget, targets } = problem;
    const { params } = space;
    const { steps, recommend } = start({
      dimensions: params.length,
      targets,
      random: createRandom(deriveSeed(seed, "method")),
      start: cubeOf(space, space.defaults),
      evaluations: Math.floor(budget / evaluationMs),
    });
    const measured: Measured[] = [];
    let step = steps.next();
    let spent = 0;
    const best = (): Candidate =>
      recommend(measured) ?? { config: space.defaults, score: { mean: 0, low: 0, high: 0 } };
    return {
      ask: (): Ask => {
        if (spent >= budget) return { stop: "budget" };
        if (step.done) return { stop: "converged" };
        const block = measured.length;
        const config = configAt(space, step.value);
        const blockSeed = deriveSeed(seed, `block ${block}`);
        const role = block === 0 ? "default" : "explore";
        return { block: { block, seed: blockSeed, arms: [{ config, role }], length: 1 } };
      },
      tell: ({ arms, cost }) => {
        const [outcome] = arms;
        if (outcome === undefined || step.done) {
          throw new RangeError("a block was told of that was not asked for");
        }
        const config = configAt(space, step.value);
        const latest: Measured = { config, at: cubeOf(space, config), outcome };
        measured.push(latest);
        spent += cost;
        step = steps.next(latest);
      },
      best,
      candidates: () => [best()].filter(({ score }) => score.mean < 0),
    };
  };
}

/** What a method without a model of targets minimises: the score, and far more than any score where a target is missed. */
export function penalised({ outcome: { score, misses } }: Measured): number {
  const missed = misses.reduce((sum, miss) => sum + Math.max(0, miss), 0);
  return score === undefined ? 10 : score + 4 * missed;
}

/** The lowest score that was measured, at its face value, with every target met. */
export function lowestMeasured(measured: readonly Measured[]): Candidate | undefined {
  const beginning = measured[0]?.outcome.score;
  const met = measured.filter(
    ({ outcome: { score, misses } }) => score !== undefined && misses.every((miss) => miss <= 0),
  );
  const [lowest] = met.toSorted((a, b) => (a.outcome.score ?? 0) - (b.outcome.score ?? 0));
  if (lowest === undefined || beginning === undefined) return undefined;
  const mean = (lowest.outcome.score ?? 0) - beginning;
  return { config: lowest.config, score: { mean, low: mean, high: mean } };
}

/** A value back within the cube. */
export function clamped(value: number): number {
  return Math.min(1, Math.max(0, value));
}

function configAt(space: Space, at: readonly number[]): Config {
  const point = space.params.map((param, i) => {
    const value = clamped(at[i] ?? 0);
    if (param.type !== "choice") return value;
    return Math.min(param.values.length - 1, Math.floor(value * param.values.length));
  });
  return space.toConfig(Float64Array.from(point));
}

function cubeOf(space: Space, config: Config): number[] {
  return Array.from(space.toPoint(config), (value, i) => {
    const param = space.params[i];
    return param?.type === "choice" ? (value + 0.5) / param.values.length : value;
  });
}
