import { DynoError } from "../../base/errors.ts";
import type { ArmFigures, ArmPhase } from "../../measure/pair.ts";
import { nextLook } from "./looks.ts";
import type { MetricSeries } from "./metric-series.ts";
import type { Question } from "./question.ts";
import { type Evaluation, isDecided, type SequentialTest, startSequentialTest } from "./sequential-test.ts";

/** How long to measure, and for what. */
export interface MeasureOptions {
  readonly question: Question;
  /** How long may be measured; services are started before. */
  readonly budgetMs: number;
  /** Goes on when the answer is known: to learn of the machine. */
  readonly usesWholeBudget: boolean;
  /** Called after every pair; with what is known where there was a look. */
  readonly onPair: (progress: PairProgress) => void;
}

/** A pair; or a block alone, where the base was recorded earlier. */
export interface Unit {
  readonly tookMs: number;
  readonly base?: ArmFigures;
  readonly candidate: ArmFigures;
}

/** Where pairs come from, and what becomes of them. */
export interface UnitSource {
  /** The next pair, or which side broke down and how. Rejects with a DynoError `aborted` where it was interrupted. */
  next(): Promise<
    | { readonly unit: Unit; readonly broken?: never }
    | { readonly broken: "base" | "candidate"; readonly error: DynoError }
  >;
  /** The metrics over all pairs so far. */
  series(): readonly MetricSeries[];
  /** The services that are used, in words. */
  readonly services: readonly string[];
}

/** How far a comparison has come. */
export interface PairProgress {
  readonly unit: Unit;
  readonly pairs: number;
  /** How many there are likely to be when the budget is used up. */
  readonly planned: number;
  readonly elapsedMs: number;
  /** Of the last look; empty before it. */
  readonly evaluations: readonly Evaluation[];
}

/** What was measured, and how it ended. */
export interface Compared {
  readonly units: readonly Unit[];
  readonly evaluations: readonly Evaluation[];
  readonly services: readonly string[];
  /** What went wrong beside the measurement; absent: nothing. */
  readonly warnings?: readonly string[];
  readonly tookMs: number;
  readonly stoppedBy: "decided" | "budget" | "interrupted" | "failure";
  /** What broke down, and on which side. */
  readonly failure?: { readonly side: "base" | "candidate"; readonly error: DynoError };
}

/** The fewest pairs that are looked at. */
const firstLook = 6;

/** Measures pairs until the question is answered or the budget is used up. */
export async function measureUntilKnown(source: UnitSource, options: MeasureOptions): Promise<Compared> {
  const { question, budgetMs, usesWholeBudget, onPair } = options;
  const startedMs = performance.now();
  const units: Unit[] = [];
  let test: SequentialTest | undefined;
  let evaluations: readonly Evaluation[] = [];
  let lookAt = firstLook;
  const end = (stoppedBy: Compared["stoppedBy"], failure?: Compared["failure"]): Compared => ({
    units,
    evaluations,
    services: source.services,
    tookMs: performance.now() - startedMs,
    stoppedBy,
    ...(failure ? { failure } : {}),
  });
  for (;;) {
    const outcome = await nextOf(source);
    if (outcome === undefined) return end("interrupted");
    if (outcome.broken !== undefined) return end("failure", { side: outcome.broken, error: outcome.error });
    units.push(outcome.unit);
    const wrong = findFailure(outcome.unit);
    if (wrong !== undefined) return end("failure", wrong);
    test ??= startSequentialTest(question, source.series());
    const elapsedMs = performance.now() - startedMs;
    const unitMs = typicalMs(units);
    const isLast = elapsedMs + unitMs > budgetMs;
    const planned = isLast ? units.length : units.length + Math.floor((budgetMs - elapsedMs) / unitMs);
    if (isLast || units.length >= lookAt) {
      evaluations = test.look(source.series(), units.length, isLast ? 1 : units.length / planned);
      lookAt = nextLook(units.length);
    }
    onPair({ unit: outcome.unit, pairs: units.length, planned, elapsedMs, evaluations });
    const isKnown = !usesWholeBudget && evaluations.length > 0 && isDecided(question, evaluations);
    if (isKnown) return end("decided");
    if (isLast) return end("budget");
  }
}

/** Undefined where the comparison was interrupted. */
async function nextOf(source: UnitSource): Promise<Awaited<ReturnType<UnitSource["next"]>> | undefined> {
  try {
    return await source.next();
  } catch (error) {
    if (error instanceof DynoError && error.code === "aborted") return undefined;
    throw error;
  }
}

/**
 * How long a pair takes, of at least one that was measured. The first one checks the work, and loads what later ones find
 * in the disk's cache: it says least.
 */
export function typicalMs(units: readonly Pick<Unit, "tookMs">[]): number {
  const times = (units.length > 1 ? units.slice(1) : units).map(({ tookMs }) => tookMs);
  return times.toSorted((a, b) => a - b)[times.length >> 1] ?? 0;
}

/**
 * A phase in which nothing was completed has no figures to compare. It is the candidate's fault only where the base did
 * better and the candidate's operations failed; else nothing can be said of it.
 */
function findFailure({ base, candidate }: Unit): Compared["failure"] {
  const empty = { base: base && findEmptyPhase(base), candidate: findEmptyPhase(candidate) };
  const side = empty.base === undefined ? "candidate" : "base";
  const phase = empty[side];
  if (phase === undefined) return undefined;
  const [error] = phase.errors;
  const message = `the ${side} completed no operation in ${phase.phase}; `;
  if (error === undefined) {
    const why = `${message}nor did any fail: the rate is too low, or the target too slow, for slices`;
    return { side: "base", error: new DynoError("unavailable", why) };
  }
  const why = `${message}${phase.failed} failed, the first with ${error.kind}: ${error.sample}`;
  return { side, error: new DynoError("unavailable", why) };
}

function findEmptyPhase({ phases }: ArmFigures): ArmPhase | undefined {
  return phases.find(({ completed }) => completed === 0);
}
