import type { CapacityLevel, RateEstimate } from "../../measure/capacity.ts";
import type { LevelMeasured } from "./judge-level.ts";
import { type NextRate, nextRate, posteriorOf, type RateAnswer, type RateBounds } from "./next-rate.ts";

/** What a search needs of the world. */
export interface CapacityOrder extends RateBounds {
  readonly holdMs: number;
  readonly budgetMs: number;
  /** Holds a rate for so long, and says what came of it. Rejects where that cannot be. */
  readonly measureLevel: (ratePerSec: number, holdMs: number) => Promise<LevelMeasured>;
  /** Milliseconds since the search began. */
  readonly elapsedMs: () => number;
  readonly onLevel: (level: CapacityLevel, estimate: RateEstimate) => void;
  readonly signal: AbortSignal;
}

/** What a search found. */
export interface CapacityFound {
  readonly levels: readonly CapacityLevel[];
  readonly capacity?: RateEstimate;
  /** The rate that a longer run held. */
  readonly confirmedPerSec?: number;
  /** `budget`: the time was over before the interval was narrow. */
  readonly why: Extract<NextRate, { do: "stop" }>["why"] | "budget" | "interrupted";
}

/** More levels than this tell no more. */
const mostLevels = 40;
/** A confirmation holds its rate so much longer than a level. */
const confirmFactor = 3;
const mostConfirmations = 3;
/** With so much to spare the next step may be a long one: ln of a half. */
const easy = Math.log(0.5);

/** Searches for the highest rate that meets the conditions, then confirms the lower end of its interval by a longer run. */
export async function findCapacity(order: CapacityOrder): Promise<CapacityFound> {
  const levels: CapacityLevel[] = [];
  const answers: RateAnswer[] = [];
  const why = await search(order, levels, answers);
  if (answers.length === 0) return { levels, why };
  const capacity = estimateOf(answers, order);
  if (why === "none" || why === "interrupted") return { levels, capacity, why };
  const confirmedPerSec = await confirm(order, levels, answers, capacity.low);
  return {
    levels,
    capacity,
    ...(confirmedPerSec === undefined ? {} : { confirmedPerSec }),
    why: order.signal.aborted ? "interrupted" : why,
  };
}

async function search(
  order: CapacityOrder,
  levels: CapacityLevel[],
  answers: RateAnswer[],
): Promise<CapacityFound["why"]> {
  const { signal, budgetMs, holdMs, elapsedMs } = order;
  let longestMs = holdMs;
  for (let count = 0; count < mostLevels; count++) {
    if (signal.aborted) return "interrupted";
    const next = nextRate(answers, order);
    if (next.do === "stop") return next.why;
    const startMs = elapsedMs();
    // The confirmation is kept time for.
    if (startMs + longestMs + confirmFactor * holdMs > budgetMs && count > 0) return "budget";
    const measured = await order.measureLevel(next.ratePerSec, holdMs);
    if (signal.aborted) return "interrupted";
    const { excess, error } = measured;
    answers.push({ ratePerSec: next.ratePerSec, excess, error, isEasy: excess < easy });
    const after = estimateOf(answers, order);
    const level = levelOf(levels.length, next.stage, next.ratePerSec, holdMs, measured, elapsedMs());
    levels.push({ ...level, after });
    order.onLevel({ ...level, after }, after);
    longestMs = Math.max(longestMs, elapsedMs() - startMs);
  }
  return "budget";
}

/** Each confirmation that fails is followed by one at a lower rate. */
async function confirm(
  order: CapacityOrder,
  levels: CapacityLevel[],
  answers: readonly RateAnswer[],
  low: number,
): Promise<number | undefined> {
  const highestHeld = Math.max(
    0,
    ...answers.flatMap(({ ratePerSec, excess }) => (excess <= 0 ? ratePerSec : [])),
  );
  let ratePerSec = Math.floor(Math.max(order.fromRatePerSec, Math.min(low, highestHeld)));
  const holdMs = confirmFactor * order.holdMs;
  for (let count = 0; count < mostConfirmations && !order.signal.aborted; count++) {
    // The first one is had whatever the search has left of the budget.
    if (count > 0 && order.elapsedMs() + holdMs > order.budgetMs) return undefined;
    const measured = await order.measureLevel(ratePerSec, holdMs);
    const level = levelOf(levels.length, "confirm", ratePerSec, holdMs, measured, order.elapsedMs());
    levels.push(level);
    order.onLevel(level, estimateOf(answers, order));
    if (measured.outcome === "met") return ratePerSec;
    ratePerSec = Math.floor(ratePerSec * 0.95);
  }
  return undefined;
}

function levelOf(
  level: number,
  stage: CapacityLevel["stage"],
  ratePerSec: number,
  holdMs: number,
  { excess: _excess, error: _error, ...measured }: LevelMeasured,
  atMs: number,
): CapacityLevel {
  return { level, stage, ratePerSec, holdMs, atMs, ...measured };
}

function estimateOf(answers: readonly RateAnswer[], bounds: RateBounds): RateEstimate {
  const posterior = posteriorOf(answers, bounds);
  return {
    low: posterior.quantile(0.025),
    estimate: posterior.quantile(0.5),
    high: posterior.quantile(0.975),
  };
}
