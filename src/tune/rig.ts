import type { PairRecord } from "../measure/pair.ts";
import type { TrialFigure } from "../measure/tuning.ts";
import type { Config } from "../scenario/tuning.ts";
import type { ArmOutcome, Block } from "./search/searcher.ts";

/**
 * What configurations are measured on. There is the measured one, a journal around it, one that only replays a journal,
 * and in tests and in the benchmark one that is made of functions.
 */
export interface Rig {
  /** Measures a block. Rejects with a DynoError `aborted` where it was interrupted. */
  measure(block: Block): Promise<MeasuredBlock>;
  /** Measures a pair for the proof: two configurations in turn, on a seed that the search has not seen. Rejects likewise. */
  prove(order: PairOrder): Promise<MeasuredPair>;
}

/** What came of one arm, and what it is made of. */
export interface MeasuredArm extends ArmOutcome {
  /** For people to read; decisions do not rest on them. */
  readonly figures: readonly TrialFigure[];
  /** Why it did not work; present exactly where there is no score. */
  readonly failure?: string;
}

/** A block that was measured. */
export interface MeasuredBlock {
  /** One an arm, in their order. */
  readonly arms: readonly MeasuredArm[];
  /** Wall time, start-up and warm-up included, in milliseconds. */
  readonly tookMs: number;
}

/** A pair to be measured for a proof. */
export interface PairOrder {
  /** Which proof of this tuning, from 0. */
  readonly proof: number;
  /** From 0, in this proof. */
  readonly pair: number;
  readonly seed: number;
  readonly base: Config;
  readonly candidate: Config;
}

/** What a pair showed. */
export interface MeasuredPair {
  /** ln of the base's objective by the candidate's: above 0, the candidate is better. Undefined where the candidate did not work. */
  readonly gain: number | undefined;
  /** For each target how far the candidate missed it, as in `ArmOutcome`. */
  readonly misses: readonly number[];
  readonly tookMs: number;
  /** All figures of both, for the comparison; absent where the rig is made of functions, or one of the two did not work. */
  readonly record?: PairRecord;
  /** Why the candidate did not work; present exactly where there is no gain. */
  readonly failure?: string;
}
