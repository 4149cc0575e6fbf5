import type { WatchEnded } from "../../measure/watch-events.ts";
import type { Config } from "../../scenario/tuning.ts";
import type { Tuned, TuneOrder } from "../tune.ts";
import type { GuardRules } from "./target-guard.ts";

/** How closely a configuration is watched, and how far a watch may go. */
export interface WatchRules extends GuardRules {
  /** The shortest time from one probe to the next. */
  readonly everyMs: number;
  /** The largest share of the time that probes may take; above 0, at most 1. A search comes on top, and in a probation and after a miss probes come ten times as often. */
  readonly duty: number;
  /** So many probes pass on average until a search is begun for no reason. */
  readonly runLength: number;
  /** How far from what is in force a search may go, in coordinates. */
  readonly reach: number;
  /** The shortest time from the end of a search to the beginning of the next one. */
  readonly minPauseMs: number;
}

/** How a configuration is watched where nothing else is said. */
export const standardWatchRules: WatchRules = {
  everyMs: 60_000,
  duty: 0.05,
  runLength: 2000,
  reach: 0.25,
  minPauseMs: 3_600_000,
  breaks: 3,
  probation: 5,
};

/** What is watched, and how. */
export interface WatchOrder {
  /** What a search searches, and what one may cost with its proofs; `alpha` is the chance of a wrong swap in each. */
  readonly tuning: Omit<TuneOrder, "warm">;
  /** What is in force when the watch begins. */
  readonly config: Config;
  /** What was in force before, the oldest first: where a way back leads. */
  readonly before?: readonly Config[];
  readonly rules: WatchRules;
  /** The watch ends after so long, once what is under way is done; absent: when it is interrupted. */
  readonly forMs?: number;
  readonly signal?: AbortSignal;
  /** Waits; may end early, or reject, where the signal aborts. */
  sleep(ms: number, signal: AbortSignal | undefined): Promise<void>;
}

/** What puts a configuration in force. Each does it wholly, or rejects and leaves in force what was. */
export interface WatchActions {
  /** `tuned.chosen` is to be in force, by the last of its proofs; `seed` is what it was searched with. */
  swap(tuned: Tuned, seed: number): Promise<void>;
  /** `reason` is a clause: `it missed its targets several times in a row, at last p99 in steady <= 5ms`. */
  rollBack(to: Config, reason: string): Promise<void>;
}

/** What a watch came to. */
export interface Watched {
  readonly by: WatchEnded["by"];
  /** What is in force. */
  readonly config: Config;
  readonly probes: number;
  readonly searches: number;
  readonly swaps: number;
  readonly rollBacks: number;
}
