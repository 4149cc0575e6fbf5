import type { Config } from "../../scenario/tuning.ts";
import type { Space } from "../space/space.ts";

/** What is searched, and with what means. */
export interface SearchProblem {
  readonly space: Space;
  readonly seed: number;
  /** What all blocks of the search may cost together, in the unit in which `tell` is told of costs (ms, or evaluations). */
  readonly budget: number;
  /** Where to begin, other than at the defaults; and how far from there it may go, in coordinates. For tuning again. */
  readonly warm?: WarmStart;
}

/** A search that goes on where an earlier one ended. */
export interface WarmStart {
  readonly from: Config;
  /** No coordinate of a number may be farther from `from`; choices stay. 1: no bound. */
  readonly reach: number;
}

/** Why a configuration is measured. */
export type ArmRole =
  /** The configuration that the search began with. */
  | "default"
  /** Spread over the space. */
  | "explore";

/** A configuration to be measured. */
export interface Arm {
  readonly config: Config;
  readonly role: ArmRole;
}

/** Configurations that are measured interleaved, so that what disturbs the machine falls on all alike. */
export interface Block {
  /** From 0. */
  readonly block: number;
  /** Derived from the search's seed: a new arrival schedule for each block, the same for all its arms. */
  readonly seed: number;
  /** 1 to 4, no two of them the same. */
  readonly arms: readonly Arm[];
  /** How long each is measured, in evaluations: 0.5 or 1. */
  readonly length: number;
}

/** What came of one arm. */
export interface ArmOutcome {
  /** ln of the objective's product: smaller is better. Undefined where the configuration did not work at all. */
  readonly score: number | undefined;
  /** For each target how far it is missed, as ln of a ratio: above 0 is missed. Empty where there is no score. */
  readonly misses: readonly number[];
}

/** A block that was measured. */
export interface BlockOutcome {
  /** One an arm, in their order. */
  readonly arms: readonly ArmOutcome[];
  /** What it cost, in the unit of the budget. */
  readonly cost: number;
}

/** What to do next. */
export type Ask =
  | { readonly block: Block; readonly stop?: never }
  | { readonly block?: never; readonly stop: StopReason };

/** Why a search is over. */
export type StopReason =
  /** The budget is used up. */
  | "budget"
  /** Nothing was found that was not measured yet. */
  | "exhausted";

/** A configuration that the search holds for good. */
export interface Candidate {
  readonly config: Config;
  /** ln of its objective by that of the beginning: -0.1 is about 10 % less. Searched for, and so biased. */
  readonly score: number;
}

/**
 * A search, asked and told. What it asks is a function of the problem and of what it was told alone: no clock, no other
 * source of chance. So a journal of the answers is its whole state.
 */
export interface Searcher {
  /** The next block. Asking twice gives the same. */
  ask(): Ask;
  /** The outcome of the block that `ask` gave. */
  tell(outcome: BlockOutcome): void;
  /** The best so far that is not known to miss a target; the beginning where there is none. */
  best(): Candidate;
  /** What to put to proof, the best first, two at most; none where nothing is believed to be better than the beginning. */
  candidates(): readonly Candidate[];
}
