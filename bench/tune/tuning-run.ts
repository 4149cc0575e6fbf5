import { type Clock, createManualClock } from "../../src/base/clock.ts";
import { deriveSeed } from "../../src/base/random.ts";
import type { Config } from "../../src/scenario/tuning.ts";
import type { CreateSearcher } from "../../src/tune/search/searcher.ts";
import { type TuneOrder, tune } from "../../src/tune/tune.ts";
import { type Disturbance, noisyRig, unitMs } from "./noisy-rig.ts";
import { isFeasible, optimumOf } from "./systems/optimum.ts";
import type { System } from "./systems/system.ts";

/** A tuning of a system. */
export interface TuningOrder {
  readonly system: System;
  readonly createSearcher: CreateSearcher;
  readonly seed: number;
  /** For the search, in evaluations of full length; the proof may cost two thirds as much again. */
  readonly units: number;
  readonly disturbance?: Disturbance;
  /** Only tells how long the searcher's arithmetic takes. Default: it is not told. */
  readonly clock?: Clock;
}

/** What a recommendation is worth, by the formulas. Shares of the default's objective: 0.3 is 30 % less. */
export interface Worth {
  /** What it takes from the objective; below 0 where it adds to it. */
  readonly gain: number;
  /** What is said that it takes. */
  readonly claimed: number;
  readonly isFeasible: boolean;
  /**
   * How much of what can be gained, as ln: 0 for the default, 1 for the optimum, -1 where a target is missed; undefined
   * where nothing can be gained.
   */
  readonly reached: number | undefined;
}

/** What a tuning came to. */
export interface TuningRun {
  /** What the search holds for the best, before any proof. */
  readonly searched: Worth;
  /** What the tuning ends with: what was proven, or the default. */
  readonly chosen: Worth;
  readonly isProven: boolean;
  readonly optimizerMs: number;
}

/** Of a budget that `tune` is given, what is left to the search. */
const searchShare = 0.6;
/** The optimum was searched for as well; what it gains less than is nothing. */
const nothing = 1e-6;

/** Tunes a system as `dyno tune` does, and tells what that is worth. */
export async function runTuning(order: TuningOrder): Promise<TuningRun> {
  const { system, createSearcher, seed, units, disturbance, clock = createManualClock() } = order;
  const { space, targets } = system;
  const budget = { ms: (units * unitMs) / searchShare };
  const wish: TuneOrder = { space, targets, seed, budget, createSearcher, clock, minGain: 0.02 };
  const tuned = await tune(wish, noisyRig(system, deriveSeed(seed, "rig"), disturbance));
  const { best, optimizerMs } = tuned.searched;
  const proof = tuned.proofs.find(({ outcome }) => outcome === "proven");
  return {
    searched: worthOf(system, best.config, 1 - Math.exp(best.score.mean)),
    chosen: worthOf(system, tuned.chosen, 1 - (proof?.final.share.high ?? 1)),
    isProven: proof !== undefined,
    optimizerMs,
  };
}

function worthOf(system: System, config: Config, claimed: number): Worth {
  const byDefault = system.score(system.space.defaults);
  const lnGain = byDefault - system.score(config);
  const most = byDefault - optimumOf(system).score;
  const feasible = isFeasible(system, config);
  const reached = feasible ? lnGain / most : -1;
  return {
    gain: -Math.expm1(-lnGain),
    claimed,
    isFeasible: feasible,
    reached: most > nothing ? reached : undefined,
  };
}
