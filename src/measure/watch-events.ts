import type { ProofOutcome, ShareEstimate, TunedConfig } from "./tuning.ts";

/** When something happened. */
interface Moment {
  /** Milliseconds of waiting and measuring since the watch began. */
  readonly atMs: number;
}

/** The watch has begun. */
export interface WatchBegun extends Moment {
  readonly event: "begun";
  /** What is in force. */
  readonly config: TunedConfig;
}

/** The configuration in force was measured, mostly between two neighbours. */
export interface WatchProbe extends Moment {
  readonly event: "probe";
  /** From 0. */
  readonly probe: number;
  /** The objective as a share of that of the first probe: common to all configurations, and no reason to act. Absent where either did not work. */
  readonly level?: number;
  /** The two neighbours' objectives as shares of that of the configuration in force; absent where they were not measured, or did not work. */
  readonly neighbours?: readonly [number, number];
  /** Targets that the configuration in force missed, as the user wrote them. */
  readonly missed: readonly string[];
  /** Why it did not work. */
  readonly failure?: string;
  /** How much speaks for a better configuration nearby: from 0 to 1, at which a search is wanted. */
  readonly evidence: number;
}

/** The best configuration is believed to lie elsewhere by now. */
export interface WatchStale extends Moment {
  readonly event: "stale";
  /** So many probes after the last search, swap or alarm. */
  readonly probes: number;
  /** Which way is better; absent where both neighbours are. */
  readonly way?: StaleWay;
}

/** A way in which the objective becomes better. */
export interface StaleWay {
  readonly param: string;
  readonly towards: "lower" | "higher";
}

/** A search is wanted, but comes too soon after the last one. */
export interface WatchBounded extends Moment {
  readonly event: "bounded";
  /** Since the last search ended. */
  readonly sinceMs: number;
  readonly allowedAtMs: number;
}

/** A search began. */
export interface WatchSearchBegun extends Moment {
  readonly event: "search_begun";
  /** From 0. */
  readonly search: number;
  readonly why: "stale" | "target_broken";
  readonly from: TunedConfig;
  /** How far from there it may go, as a share of each parameter's range. */
  readonly reach: number;
}

/** A search and its proofs ended. */
export interface WatchSearchEnded extends Moment {
  readonly event: "search_ended";
  readonly search: number;
  readonly trials: number;
  readonly proofs: number;
  readonly tookMs: number;
}

/** What a search found was proven to be better than what was in force, and is in force now. */
export interface WatchSwapped extends Moment {
  readonly event: "swapped";
  readonly search: number;
  readonly from: TunedConfig;
  readonly to: TunedConfig;
  /** Of the objective before, on held-out pairs; `high` may be claimed. */
  readonly share: ShareEstimate;
  /** Confidence of that one end, such as 0.99. */
  readonly confidence: number;
  readonly pairs: number;
}

/** Nothing that a search found was proven to be better; what was in force stays. */
export interface WatchNotProven extends Moment {
  readonly event: "not_proven";
  readonly search: number;
  /** What the last proof came to, or why there was none. */
  readonly why: Exclude<ProofOutcome, "proven" | "interrupted"> | "nothing_found" | "does_not_work";
}

/** What was put in force by a swap has met its targets for the time of its probation. */
export interface WatchSettled extends Moment {
  readonly event: "settled";
  readonly config: TunedConfig;
  /** How many times it was measured since the swap. */
  readonly probes: number;
}

/** What is in force does not do its work, and the one before it is in force again. */
export interface WatchRolledBack extends Moment {
  readonly event: "rolled_back";
  readonly from: TunedConfig;
  readonly to: TunedConfig;
  /** A clause: `it missed its targets several times in a row, at last p99 in steady <= 5ms`. */
  readonly reason: string;
}

/** What is in force does not do its work, and there is nothing to go back to. */
export interface WatchTargetBroken extends Moment {
  readonly event: "target_broken";
  readonly config: TunedConfig;
  /** A clause, as in `WatchRolledBack`. */
  readonly reason: string;
}

/** The watch is over. */
export interface WatchEnded extends Moment {
  readonly event: "ended";
  readonly by: "time" | "interrupted";
  /** What is in force. */
  readonly config: TunedConfig;
}

/** What a watch has to tell; one line of its journal each. */
export type WatchEvent =
  | WatchBegun
  | WatchProbe
  | WatchStale
  | WatchBounded
  | WatchSearchBegun
  | WatchSearchEnded
  | WatchSwapped
  | WatchNotProven
  | WatchSettled
  | WatchRolledBack
  | WatchTargetBroken
  | WatchEnded;
