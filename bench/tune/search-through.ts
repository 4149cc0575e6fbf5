import type { Clock } from "../../src/base/clock.ts";
import { deriveSeed } from "../../src/base/random.ts";
import type { Candidate, CreateSearcher } from "../../src/tune/search/searcher.ts";
import { type Disturbance, functionRig, unitMs } from "./function-rig.ts";
import type { System } from "./systems/system.ts";

/** A search of a system. */
export interface Trial {
  readonly system: System;
  readonly createSearcher: CreateSearcher;
  readonly seed: number;
  /** The budget, in evaluations of full length. */
  readonly units: number;
  readonly disturbance?: Disturbance;
  /** Only tells how long the searcher's arithmetic takes. */
  readonly clock: Clock;
}

/** What a search came to. */
export interface Finding {
  readonly best: Candidate;
  readonly candidates: readonly Candidate[];
  readonly blocks: number;
  readonly arithmeticMs: number;
}

/** Lets a searcher search a system until it stops. */
export async function searchThrough(trial: Trial): Promise<Finding> {
  const { system, createSearcher, seed, units, disturbance, clock } = trial;
  const rig = functionRig(system, deriveSeed(seed, "rig"), disturbance);
  let arithmeticMicros = 0;
  const timed = <Result>(work: () => Result): Result => {
    const begun = clock.nowMicros();
    const result = work();
    arithmeticMicros += clock.nowMicros() - begun;
    return result;
  };
  const { space, targets } = system;
  const problem = { space, targets: targets.length, seed, budget: units * unitMs, minGain: 0.02 };
  const searcher = timed(() => createSearcher(problem));
  for (let blocks = 0; ; blocks++) {
    const { block } = timed(() => searcher.ask());
    if (block === undefined) {
      const best = timed(() => searcher.best());
      const candidates = timed(() => searcher.candidates());
      return { best, candidates, blocks, arithmeticMs: arithmeticMicros / 1000 };
    }
    const { arms, tookMs } = await rig.measure(block);
    timed(() => searcher.tell({ arms, cost: tookMs }));
  }
}
