import type { Clock } from "../base/clock.ts";
import { DynoError } from "../base/errors.ts";
import type { TuneSensitivity, TuneStep, TuneTrial } from "../measure/tuning.ts";
import type { Config } from "../scenario/tuning.ts";
import { type Budget, costOfBlock, sizeOf } from "./budget.ts";
import type { MeasuredBlock, Rig } from "./rig.ts";
import type {
  Block,
  Candidate,
  CreateSearcher,
  Searcher,
  SearchProblem,
  StopReason,
} from "./search/searcher.ts";
import { sensitivitiesOf, shareOfScore, slopesOf } from "./sensitivity.ts";
import { type SearchedBlock, trialsOf } from "./trials.ts";

/** What is searched, and by whom. */
export interface SearchOrder extends Pick<SearchProblem, "space" | "seed" | "minGain" | "warm"> {
  /** Targets that a configuration must meet, as the user wrote them, in the order of an outcome's misses. */
  readonly targets: readonly string[];
  /** Those of the targets that are error rates; in a proof their mean counts as well as the typical pair. */
  readonly rateTargets?: readonly string[];
  readonly createSearcher: CreateSearcher;
  /** For the search alone. */
  readonly budget: Budget;
  /** Only tells how long the searcher's arithmetic takes; nothing is decided by it. */
  readonly clock: Clock;
}

/** Why a search is over: by the searcher's word, an interrupt, or because the configuration that it began with does not work. */
export type SearchEnd =
  | { readonly by: StopReason | "interrupted"; readonly failure?: never }
  | { readonly by: "base_broken"; readonly failure: string };

/** What a search came to. */
export interface Searched {
  readonly trials: readonly TuneTrial[];
  readonly steps: readonly TuneStep[];
  readonly sensitivities: readonly TuneSensitivity[];
  /** What the search holds for the best. */
  readonly best: Candidate;
  /** What is to be proven, the best first. */
  readonly candidates: readonly Candidate[];
  readonly end: SearchEnd;
  /** In the unit of the budget. */
  readonly cost: number;
  readonly tookMs: number;
  /** The searcher's own arithmetic, in milliseconds. */
  readonly optimizerMs: number;
}

/** How far a search has come. */
export interface SearchProgress {
  readonly trials: number;
  readonly latest: readonly TuneTrial[];
  readonly step: TuneStep;
  readonly cost: number;
  readonly tookMs: number;
}

/** The configuration that a search begins with, and that others are held against. */
export function baseOf({ space, warm }: Pick<SearchOrder, "space" | "warm">): Config {
  return warm?.from ?? space.defaults;
}

/** Asks the searcher, measures, and tells it, until it has enough, or measuring is interrupted. `onBlock` hears of every block. */
export async function runSearch(
  order: SearchOrder,
  rig: Pick<Rig, "measure">,
  onBlock: (progress: SearchProgress) => void,
): Promise<Searched> {
  const { budget, space } = order;
  const context = { space, base: baseOf(order), targets: order.targets };
  const watch = createStopwatch(order.clock);
  const searcher = watch.time(() => order.createSearcher(problemOf(order)));
  const blocks: SearchedBlock[] = [];
  const steps: TuneStep[] = [];
  let cost = 0;
  let atMs = 0;
  const end = (how: SearchEnd): Searched => {
    const model = watch.time(() => searcher.model?.());
    return {
      trials: trialsOf(blocks, context),
      steps,
      sensitivities: model === undefined ? [] : watch.time(() => sensitivitiesOf(model, space.params)),
      best: watch.time(() => searcher.best()),
      candidates: watch.time(() => searcher.candidates()),
      end: how,
      cost,
      tookMs: atMs,
      optimizerMs: watch.ms(),
    };
  };
  for (;;) {
    const ask = watch.time(() => searcher.ask());
    if (ask.stop !== undefined) return end({ by: ask.stop });
    const measured = await measureBlock(ask.block, rig);
    if (measured === undefined) return end({ by: "interrupted" });
    atMs += measured.tookMs;
    blocks.push({ block: ask.block, measured, atMs });
    const failure = blocks.length === 1 ? failureOfBase(ask.block, measured, context) : undefined;
    if (failure !== undefined) return end({ by: "base_broken", failure });
    const blockCost = costOfBlock(budget, ask.block, measured);
    cost += blockCost;
    watch.time(() => searcher.tell({ arms: measured.arms, cost: blockCost }));
    const step = watch.time(() => stepOf(searcher, ask.block.block, atMs, order));
    steps.push(step);
    const trials = trialsOf(blocks, context);
    const latest = trials.slice(-ask.block.arms.length);
    onBlock({ trials: trials.length, latest, step, cost, tookMs: atMs });
  }
}

function problemOf({ space, targets, seed, budget, minGain, warm }: SearchOrder): SearchProblem {
  return {
    space,
    targets: targets.length,
    seed,
    budget: sizeOf(budget),
    minGain,
    ...(warm === undefined ? {} : { warm }),
  };
}

/** Undefined where measuring was interrupted. */
async function measureBlock(block: Block, rig: Pick<Rig, "measure">): Promise<MeasuredBlock | undefined> {
  try {
    return await rig.measure(block);
  } catch (error) {
    if (error instanceof DynoError && error.code === "aborted") return undefined;
    throw error;
  }
}

/** Why the configuration that all begins with does not work, where it does not. */
function failureOfBase(
  block: Block,
  { arms }: MeasuredBlock,
  { space, base }: { readonly space: SearchOrder["space"]; readonly base: Config },
): string | undefined {
  const at = block.arms.findIndex(({ config }) => space.keyOf(config) === space.keyOf(base));
  const arm = arms[at];
  return arm === undefined || arm.score !== undefined ? undefined : (arm.failure ?? "it gave no figures");
}

function stepOf(searcher: Searcher, block: number, atMs: number, { space }: SearchOrder): TuneStep {
  const { config, score } = searcher.best();
  const model = searcher.model?.();
  return {
    block,
    atMs,
    incumbent: config,
    share: shareOfScore(score),
    ...(model === undefined ? {} : { radius: model.radius }),
    slopes: model === undefined ? [] : slopesOf(model, space.params),
  };
}

/** Adds up how long pieces of work take. */
function createStopwatch(clock: Clock): { time<T>(work: () => T): T; ms(): number } {
  let micros = 0;
  return {
    time: (work) => {
      const begunMicros = clock.nowMicros();
      const made = work();
      micros += clock.nowMicros() - begunMicros;
      return made;
    },
    ms: () => micros / 1000,
  };
}
