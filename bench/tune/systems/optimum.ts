import { createRandom, type Random } from "../../../src/base/random.ts";
import type { Config } from "../../../src/scenario/tuning.ts";
import type { Point } from "../../../src/tune/space/space.ts";
import { drawNormal } from "../draw-normal.ts";
import type { System } from "./system.ts";

/** The best that a system can do with every target met. */
export interface Optimum {
  readonly config: Config;
  /** ln of the objective. */
  readonly score: number;
}

const samples = 6000;
const starts = 10;
const firstStride = 0.2;
const lastStride = 0.002;
const triesPerStride = 120;

const found = new WeakMap<System, Optimum>();

/**
 * The optimum of a system, free of noise: the best of many samples, each of the best of them improved by steps in random
 * directions that get shorter. Found once and kept.
 */
export function optimumOf(system: System): Optimum {
  const known = found.get(system) ?? findOptimum(system);
  found.set(system, known);
  return known;
}

/** Whether a configuration meets every target, free of noise. */
export function isFeasible(system: System, config: Config): boolean {
  return system.misses(config).every((miss) => miss <= 0);
}

function findOptimum(system: System): Optimum {
  const { space } = system;
  const random = createRandom(1);
  const configs = [space.defaults, ...Array.from({ length: samples }, () => space.sample(random))];
  const feasible = configs.flatMap((config) => judged(system, config) ?? []);
  const best = feasible.toSorted(byScore).slice(0, starts);
  const [optimum] = best.map((start) => improve(system, start, random)).toSorted(byScore);
  if (optimum === undefined) throw new RangeError(`nothing meets the targets of ${system.name}`);
  return optimum;
}

function improve(system: System, start: Optimum, random: Random): Optimum {
  let best = start;
  for (let stride = firstStride; stride > lastStride; ) {
    const next = firstBetter(system, best, stride, random);
    if (next === undefined) stride /= 2;
    else best = next;
  }
  return best;
}

function firstBetter(system: System, from: Optimum, stride: number, random: Random): Optimum | undefined {
  const at = system.space.toPoint(from.config);
  for (let attempt = 0; attempt < triesPerStride; attempt++) {
    const next = judged(system, system.space.toConfig(moved(system, at, stride, random), from.config));
    if (next !== undefined && next.score < from.score) return next;
  }
  return undefined;
}

/** All numbers, or one of them, moved at random; now and then another choice. */
function moved({ space: { params } }: System, at: Point, stride: number, random: Random): Point {
  const only = random.next() < 0.5 ? random.integer(params.length) : undefined;
  return at.map((value, i) => {
    const param = params[i];
    if (param?.type === "choice") return random.next() < 0.2 ? random.integer(param.values.length) : value;
    if (only !== undefined && only !== i) return value;
    return Math.min(1, Math.max(0, value + stride * drawNormal(random)));
  });
}

function judged(system: System, config: Config): Optimum | undefined {
  return isFeasible(system, config) ? { config, score: system.score(config) } : undefined;
}

function byScore(a: Optimum, b: Optimum): number {
  return a.score - b.score;
}
