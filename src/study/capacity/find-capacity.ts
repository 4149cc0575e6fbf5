import type { CapacityLevel, RateEstimate } from "../../measure/capacity.ts";
import type { LevelMeasured } from "./judge-level.ts";
import {
  isBounded,
  type NextRate,
  nextRate,
  posteriorOf,
  type RateAnswer,
  type RateBounds,
} from "./next-rate.ts";

/** What a search needs of the world. */
export interface CapacityOrder extends RateBounds {
  readonly holdMs: number;
  readonly budgetMs: number;
  /** Holds a rate for so long, and says what came of it; undefined where that could not be, which ends the search. */
  readonly measureLevel: (ratePerSec: number, holdMs: number) => Promise<LevelMeasured | undefined>;
  /** Milliseconds since the search began. */
  readonly elapsedMs: () => number;
  readonly onLevel: (level: CapacityLevel) => void;
  readonly signal: AbortSignal;
}

/** What a search found. */
export interface CapacityFound {
  readonly levels: readonly CapacityLevel[];
  /** Absent while no rate was too much: then nothing tells where it ends. */
  readonly capacity?: RateEstimate;
  /** The rate that a longer run held. */
  readonly confirmedPerSec?: number;
  /** `budget`: the time was over before the interval was narrow. `interrupted`: a rate could not be measured. */
  readonly why: Extract<NextRate, { do: "stop" }>["why"] | "budget" | "interrupted";
}

/** More levels than this tell no more. */
const mostLevels = 40;
/** A confirmation holds its rate so much longer than a level. */
const confirmFactor = 3;
const mostConfirmations = 3;
/** After one that failed, the next is at so much of its rate. */
const nextConfirmation = 0.95;
/** Below this rate whole operations a second are too coarse. */
const finest = 20;
/** With so much to spare the next step may be a long one: ln of a half. */
const easy = Math.log(0.5);

/** Searches for the highest rate that meets the conditions, then confirms the lower end of its interval by a longer run. */
export async function findCapacity(order: CapacityOrder): Promise<CapacityFound> {
  const course: Course = { order, levels: [], answers: [] };
  const why = await search(course);
  const isOver = why === "none" || why === "interrupted";
  const confirmation = isOver ? undefined : await confirm(course);
  const capacity = estimateOf(course);
  const { levels } = course;
  return {
    levels,
    ...(capacity === undefined ? {} : { capacity }),
    ...(typeof confirmation === "number" ? { confirmedPerSec: confirmation } : {}),
    why: confirmation === "interrupted" ? "interrupted" : why,
  };
}

/** A search under way. */
interface Course {
  readonly order: CapacityOrder;
  readonly levels: CapacityLevel[];
  readonly answers: RateAnswer[];
}

async function search(course: Course): Promise<CapacityFound["why"]> {
  const { order, answers } = course;
  const { budgetMs, holdMs, elapsedMs } = order;
  let longestMs = holdMs;
  for (let count = 0; count < mostLevels; count++) {
    const next = nextRate(answers, order);
    if (next.do === "stop") return next.why;
    const startMs = elapsedMs();
    // The confirmation is kept time for.
    if (startMs + longestMs + confirmFactor * holdMs > budgetMs && count > 0) return "budget";
    if ((await hold(course, next.stage, next.ratePerSec, holdMs)) === undefined) return "interrupted";
    longestMs = Math.max(longestMs, elapsedMs() - startMs);
  }
  return "budget";
}

/** Each confirmation that fails is an answer like any other, and is followed by one at a lower rate. */
async function confirm(course: Course): Promise<number | "interrupted" | undefined> {
  const { order } = course;
  const holdMs = confirmFactor * order.holdMs;
  let ratePerSec = rateToConfirm(course, highestHeld(course.answers));
  for (let count = 0; count < mostConfirmations; count++) {
    // The first one is had whatever the search has left of the budget.
    if (count > 0 && order.elapsedMs() + holdMs > order.budgetMs) return undefined;
    const measured = await hold(course, "confirm", ratePerSec, holdMs);
    if (measured === undefined) return "interrupted";
    if (measured.outcome === "met") return ratePerSec;
    if (ratePerSec <= order.fromRatePerSec) return undefined;
    ratePerSec = rateToConfirm(course, ratePerSec * nextConfirmation);
  }
  return undefined;
}

/** The lower end of what is known, and no more than `most`; in whole operations a second, where that is not too coarse. */
function rateToConfirm(course: Course, most: number): number {
  const rate = Math.min(most, estimateOf(course)?.low ?? most);
  return Math.max(course.order.fromRatePerSec, rate < finest ? rate : Math.floor(rate));
}

function highestHeld(answers: readonly RateAnswer[]): number {
  return Math.max(0, ...answers.flatMap(({ ratePerSec, excess }) => (excess <= 0 ? ratePerSec : [])));
}

/** Holds a rate, and writes down what came of it; undefined where it could not be measured. */
async function hold(
  { order, levels, answers }: Course,
  stage: CapacityLevel["stage"],
  ratePerSec: number,
  holdMs: number,
): Promise<LevelMeasured | undefined> {
  if (order.signal.aborted) return undefined;
  const measured = await order.measureLevel(ratePerSec, holdMs);
  if (measured === undefined || order.signal.aborted) return undefined;
  const { excess, error, ...told } = measured;
  answers.push({ ratePerSec, excess, error, isEasy: excess < easy });
  const after = estimateOf({ order, answers });
  const level: CapacityLevel = {
    level: levels.length,
    stage,
    ratePerSec,
    holdMs,
    atMs: order.elapsedMs(),
    ...told,
    ...(after === undefined ? {} : { after }),
  };
  levels.push(level);
  order.onLevel(level);
  return measured;
}

/** What is known of the capacity; undefined while no rate was too much, and nothing beyond the range that was asked for. */
function estimateOf({ order, answers }: Pick<Course, "order" | "answers">): RateEstimate | undefined {
  if (!isBounded(answers, order)) return undefined;
  const posterior = posteriorOf(answers, order);
  const at = (probability: number): number =>
    Math.min(posterior.quantile(probability), order.toRatePerSec ?? Number.POSITIVE_INFINITY);
  return { low: at(0.025), estimate: at(0.5), high: at(0.975) };
}
