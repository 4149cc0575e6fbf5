import { DynoError } from "../../base/errors.ts";
import { deriveSeed } from "../../base/random.ts";
import type { WatchNotProven } from "../../measure/watch-events.ts";
import type { Config } from "../../scenario/tuning.ts";
import type { Proof } from "../prove.ts";
import type { Rig } from "../rig.ts";
import type { CreateSearcher } from "../search/searcher.ts";
import { type Tuned, type TuneOrder, tune } from "../tune.ts";

/** A search from what is in force. */
export interface RetuneOrder {
  readonly tuning: Omit<TuneOrder, "warm">;
  /** Which search of the watch, from 0: each has seeds of its own. */
  readonly search: number;
  readonly from: Config;
  /** No number may go farther from there, in coordinates. */
  readonly reach: number;
  /** Configurations that must not be chosen. */
  isRejected(config: Config): boolean;
}

/** What a search came to. */
export type RetuneEnd =
  | { readonly by: "proven"; readonly tuned: Tuned; readonly proof: Proof; readonly seed: number }
  | { readonly by: "in_vain"; readonly why: WatchNotProven["why"] }
  | { readonly by: "interrupted" };

/** A search that is over. */
export interface Retuned {
  readonly trials: number;
  readonly proofs: number;
  readonly tookMs: number;
  readonly end: RetuneEnd;
}

/** Searches from what is in force, no farther than its reach, and proves what was found against it. Rejects as `tune` does. */
export async function retune(order: RetuneOrder, rig: Rig): Promise<Retuned> {
  const { tuning, search, from, reach, isRejected } = order;
  const seed = deriveSeed(tuning.seed, `search ${search}`);
  let tuned: Tuned;
  try {
    tuned = await tune(
      {
        ...tuning,
        seed,
        warm: { from, reach },
        createSearcher: withoutRejected(tuning.createSearcher, isRejected),
      },
      rig,
    );
  } catch (error) {
    // What is in force broke down in its proof: the probes will tell, and roll back.
    if (!(error instanceof DynoError) || error.code !== "unavailable") throw error;
    return { trials: 0, proofs: 0, tookMs: 0, end: { by: "in_vain", why: "does_not_work" } };
  }
  const { searched, proofs } = tuned;
  const provingMs = proofs.flatMap(({ pairs }) => pairs).reduce((sum, { tookMs }) => sum + tookMs, 0);
  return {
    trials: searched.trials.length,
    proofs: proofs.length,
    tookMs: searched.tookMs + provingMs,
    end: endOf(tuned, seed),
  };
}

function endOf(tuned: Tuned, seed: number): RetuneEnd {
  const { searched, proofs } = tuned;
  const proof = proofs.at(-1);
  if (searched.end.by === "interrupted" || proof?.outcome === "interrupted") return { by: "interrupted" };
  if (searched.end.by === "base_broken") return { by: "in_vain", why: "does_not_work" };
  if (proof === undefined) return { by: "in_vain", why: "nothing_found" };
  if (proof.outcome !== "proven") return { by: "in_vain", why: proof.outcome };
  return { by: "proven", tuned, proof, seed };
}

/** The same searches, but for what they put to proof. */
function withoutRejected(create: CreateSearcher, isRejected: RetuneOrder["isRejected"]): CreateSearcher {
  return (problem) => {
    const searcher = create(problem);
    return {
      ask: () => searcher.ask(),
      tell: (outcome) => searcher.tell(outcome),
      best: () => searcher.best(),
      candidates: () => searcher.candidates().filter(({ config }) => !isRejected(config)),
      model: () => searcher.model?.(),
    };
  };
}
