import type { TuneProgress } from "../measure/tuning.ts";
import type { Config } from "../scenario/tuning.ts";
import { leastPairs } from "../stats/power.ts";
import { type Budget, budgetLess, costOfPair, pairsWithin, sizeOf } from "./budget.ts";
import { type Proof, type ProofOrder, prove } from "./prove.ts";
import type { MeasuredPair, Rig } from "./rig.ts";
import { baseOf, runSearch, type Searched, type SearchOrder } from "./run-search.ts";

/** A tuning: what is searched, and what it may cost. */
export interface TuneOrder extends SearchOrder {
  /** For search and proof together. */
  readonly budget: Budget;
  /** The chance that anything is claimed that is not so, one-sided. Default 0.01. */
  readonly alpha?: number;
}

/** What a tuning came to. */
export interface Tuned {
  /** The configuration that all was held against. */
  readonly base: Config;
  readonly searched: Searched;
  /** Of the candidates, in the order in which they were tried; the last one may be proven. */
  readonly proofs: readonly Proof[];
  /** What is to be used: the proven candidate, or the base. */
  readonly chosen: Config;
}

/** So much of the budget is kept for the proof; what the search does not use is added to it. */
const proofShare = 0.4;
/** The chance of a wrong claim, where nothing else is said. */
const standardAlpha = 0.01;
const mostCandidates = 2;

/**
 * Tunes: searches, then proves what was found, the best candidate first; where that cannot be proven, the second one with
 * what is left of the budget. The base is kept where neither can.
 *
 * Everything is decided by what the rig gives, so the same answers lead to the same result. Where measuring is interrupted,
 * what is known by then is given. Rejects with the rig's DynoError where measuring breaks down.
 */
export async function tune(
  order: TuneOrder,
  rig: Rig,
  onProgress: (progress: TuneProgress) => void = () => {},
): Promise<Tuned> {
  const { budget } = order;
  const base = baseOf(order);
  const searchBudget = budgetLess(budget, proofShare * sizeOf(budget));
  const searched = await runSearch({ ...order, budget: searchBudget }, rig, (progress) => {
    const { trials, latest, step, cost, tookMs } = progress;
    onProgress({
      stage: "search",
      trials,
      latest,
      step,
      spentMs: tookMs,
      leftMs: timeLeft(budget, cost, tookMs),
    });
  });
  const isOver = searched.end.by === "interrupted" || searched.end.by === "base_broken";
  const proofs = isOver ? [] : await proveCandidates(order, searched, rig, onProgress);
  const proven = proofs.find(({ outcome }) => outcome === "proven");
  return { base, searched, proofs, chosen: proven?.order.candidate ?? base };
}

async function proveCandidates(
  order: TuneOrder,
  searched: Searched,
  rig: Rig,
  onProgress: (progress: TuneProgress) => void,
): Promise<Proof[]> {
  const candidates = searched.candidates.slice(0, mostCandidates);
  // Shared out before the first pair is measured, whether or not there will be a second proof.
  const alpha = (order.alpha ?? standardAlpha) / Math.max(1, candidates.length);
  const tell = tellOfProofs(order, searched, onProgress);
  const proofs: Proof[] = [];
  for (const [proof, { config }] of candidates.entries()) {
    const measured = proofs.flatMap(({ pairs }) => pairs);
    const spent = measured.reduce((sum, pair) => sum + costOfPair(order.budget, pair), searched.cost);
    const budget = budgetLess(order.budget, spent);
    if (sizeOf(budget) <= 0) break;
    if (proof > 0 && pairsWithin(budget, measured) < leastPairs(alpha)) break;
    const { seed, targets, rateTargets = [] } = order;
    const wish: ProofOrder = {
      proof,
      base: baseOf(order),
      candidate: config,
      targets: targets.length,
      rates: targets.flatMap((target, i) => (rateTargets.includes(target) ? [i] : [])),
      seed,
      alpha,
      budget,
    };
    const made = await prove(wish, rig, ({ pairs, share }, pair) => tell({ config, pairs, share }, pair));
    proofs.push(made);
    if (made.outcome === "proven" || made.outcome === "interrupted") break;
  }
  return proofs;
}

/** Reports pair by pair, over all proofs. */
function tellOfProofs(
  { budget }: TuneOrder,
  { trials, steps, cost, tookMs }: Searched,
  onProgress: (progress: TuneProgress) => void,
): (proof: NonNullable<TuneProgress["proof"]>, pair: MeasuredPair) => void {
  const step = steps.at(-1);
  let spent = cost;
  let spentMs = tookMs;
  return (proof, pair) => {
    spent += costOfPair(budget, pair);
    spentMs += pair.tookMs;
    onProgress({
      stage: "proof",
      trials: trials.length,
      latest: [],
      ...(step === undefined ? {} : { step }),
      proof,
      spentMs,
      leftMs: timeLeft(budget, spent, spentMs),
    });
  };
}

/** What the rest of the budget will take, if it costs as much time as what was spent. */
function timeLeft(budget: Budget, spent: number, spentMs: number): number {
  const left = sizeOf(budgetLess(budget, spent));
  return budget.ms === undefined ? (left * spentMs) / spent : left;
}
