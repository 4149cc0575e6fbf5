import type { Config } from "../../scenario/tuning.ts";
import type { Space } from "../space/space.ts";

/** What is searched, and with what means. */
export interface SearchProblem {
  readonly space: Space;
  /** How many targets a configuration must meet. */
  readonly targets: number;
  readonly seed: number;
  /** What all blocks of the search may cost together, in the unit in which `tell` is told of costs (ms, or evaluations). */
  readonly budget: number;
  /** The search ends when what may still be gained is probably less: 0.02 is 2 %. */
  readonly minGain: number;
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
  /** One of a mirrored pair around a point, whose difference is a slope. */
  | "probe"
  /** Spread over the space. */
  | "explore"
  /** Where descending the model's gradient led. */
  | "descend"
  /** One of the best, once more. */
  | "race";

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
  /** How long each is measured, in evaluations: 0.25, 0.5 or 1. */
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
  /** What may still be gained is too little. */
  | "converged"
  /** Nothing was found that was not measured yet. */
  | "exhausted";

/** A value with the interval of two standard deviations around it, as the search sees it: biased, since it was searched for. */
export interface Estimate {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** A configuration that the search holds for good. */
export interface Candidate {
  readonly config: Config;
  /** ln of its objective by that of the beginning: -0.1 is about 10 % less. */
  readonly score: Estimate;
}

/** How the objective changes with one parameter at the incumbent, in the model's eyes. */
export interface Slope {
  readonly param: string;
  /** Of a number: d score / d coordinate (from 0 to 1 is the whole range). Of a choice: score of the best other value less that of the incumbent's. */
  readonly slope: Estimate;
}

/** The objective along one parameter, the others held at the incumbent. */
export interface Slice {
  readonly param: string;
  readonly points: readonly { readonly value: Config[string]; readonly score: Estimate }[];
}

/** What a search that has a model of the objective can tell of it. Scores are ln, relative to that of the beginning. */
export interface ModelView {
  /** Of the trust region, in coordinates. */
  readonly radius: number;
  /** At the incumbent (`best`), one a parameter. */
  readonly slopes: readonly Slope[];
  /** Along each parameter through the incumbent, at so many points at most. */
  slices(points: number): readonly Slice[];
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
  /** The best so far that is not believed to miss a target; the beginning where there is none. */
  best(): Candidate;
  /** What to put to proof, the best first, two at most; none where nothing is believed to be better than the beginning. */
  candidates(): readonly Candidate[];
  /** Undefined where the search has no model, or too few answers for one. */
  model?(): ModelView | undefined;
}

/** Makes a search. */
export type CreateSearcher = (problem: SearchProblem) => Searcher;
