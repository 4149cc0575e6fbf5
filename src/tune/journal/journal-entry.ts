import type { BaselineScenario } from "../../judge/baselines/baseline.ts";
import type { Environment } from "../../measure/result.ts";
import type { TuneOutcome, TuneResult } from "../../measure/tuning.ts";
import type { Config } from "../../scenario/tuning.ts";
import type { Budget } from "../budget.ts";
import type { MeasuredBlock, MeasuredPair, PairOrder } from "../rig.ts";
import type { Block } from "../search/searcher.ts";

/** The version of journals. It rises when a reader of the older one would misread the newer one. */
export const journalVersion = 1;

/** What one line of a journal holds: what it is of, an answer with its question, or what it came to. */
export type JournalEntry = JournalHeader | BlockEntry | PairEntry | VerdictEntry;

/** The first line: all that a tuning's decisions depend on besides the answers, and where it was measured. */
export interface JournalHeader {
  readonly kind: "header";
  readonly v: typeof journalVersion;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** What the scenario measures. */
  readonly scenario: BaselineScenario;
  /** As the user wrote them. */
  readonly objective: string;
  readonly subjectTo: readonly string[];
  readonly constraints: readonly string[];
  /** A digest over the parameters. */
  readonly space: string;
  readonly algorithm: TuneResult["algorithm"];
  readonly seed: number;
  readonly budget: Budget;
  readonly minGain: number;
  /** With dyno's version. */
  readonly environment: Environment;
}

/** A block of the search, and what it showed. */
export interface BlockEntry {
  readonly kind: "block";
  readonly block: Block;
  readonly measured: MeasuredBlock;
}

/** A pair of a proof, and what it showed. */
export interface PairEntry {
  readonly kind: "pair";
  readonly order: PairOrder;
  readonly measured: MeasuredPair;
}

/** The last line of a tuning that came to its end. */
export interface VerdictEntry {
  readonly kind: "verdict";
  readonly outcome: Exclude<TuneOutcome, "interrupted">;
  readonly chosen: Config;
  /** What was claimed of it: at most this share of the default's objective; 1 where nothing was. */
  readonly share: number;
}
