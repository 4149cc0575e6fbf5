import { DynoError } from "../../base/errors.ts";
import { openTwins, type TwinOptions, type TwinSide, type Twins } from "../../drive/twin/twins.ts";
import type { ArmFigures, PairRecord } from "../../measure/pair.ts";
import { nextLook } from "./looks.ts";
import { collectSeries } from "./metric-series.ts";
import type { Question } from "./question.ts";
import { type Evaluation, isDecided, type SequentialTest, startSequentialTest } from "./sequential-test.ts";

/** How two variants are compared. */
export interface CompareOptions extends TwinOptions {
  readonly question: Question;
  /** How long pairs may be measured; services are started before. */
  readonly budgetMs: number;
  /** Goes on when the answer is known: to learn of the machine. */
  readonly usesWholeBudget: boolean;
  /** Called after every pair; with what is known where there was a look. */
  readonly onPair: (progress: PairProgress) => void;
}

/** How far a comparison has come. */
export interface PairProgress {
  readonly pair: PairRecord;
  readonly pairs: number;
  /** How many there are likely to be when the budget is used up. */
  readonly planned: number;
  readonly elapsedMs: number;
  /** Of the last look; empty before it. */
  readonly evaluations: readonly Evaluation[];
}

/** What was measured, and how it ended. */
export interface Compared {
  readonly pairs: readonly PairRecord[];
  readonly evaluations: readonly Evaluation[];
  readonly services: readonly string[];
  readonly tookMs: number;
  readonly stoppedBy: "decided" | "budget" | "interrupted" | "failure";
  /** What broke down, and on which side. */
  readonly failure?: { readonly side: "base" | "candidate"; readonly error: DynoError };
}

/** The fewest pairs that are looked at. */
const firstLook = 6;

/** Measures pairs until the question is answered or the budget is used up. */
export async function compareTwins(
  base: TwinSide,
  candidate: TwinSide,
  options: CompareOptions,
): Promise<Compared> {
  const twins = await openTwins(base, candidate, options);
  try {
    return await measure(twins, options);
  } finally {
    await twins.close();
  }
}

async function measure(twins: Twins, options: CompareOptions): Promise<Compared> {
  const { question, budgetMs, usesWholeBudget, onPair } = options;
  const startedMs = performance.now();
  const pairs: PairRecord[] = [];
  const series = collectSeries();
  let test: SequentialTest | undefined;
  let evaluations: readonly Evaluation[] = [];
  let lookAt = firstLook;
  const end = (stoppedBy: Compared["stoppedBy"], failure?: Compared["failure"]): Compared => ({
    pairs,
    evaluations,
    services: twins.services,
    tookMs: performance.now() - startedMs,
    stoppedBy,
    ...(failure ? { failure } : {}),
  });
  for (;;) {
    const outcome = await nextPair(twins);
    if (outcome === undefined) return end("interrupted");
    if (outcome.broken !== undefined) return end("failure", { side: outcome.broken, error: outcome.error });
    const { pair } = outcome;
    pairs.push(pair);
    const wrong = findFailure(pair);
    if (wrong !== undefined) return end("failure", wrong);
    series.add(pair);
    test ??= startSequentialTest(question, series.all());
    const elapsedMs = performance.now() - startedMs;
    const pairMs = typicalPairMs(pairs);
    const isLast = elapsedMs + pairMs > budgetMs;
    const planned = isLast ? pairs.length : pairs.length + Math.floor((budgetMs - elapsedMs) / pairMs);
    if (isLast || pairs.length >= lookAt) {
      evaluations = test.look(series.all(), isLast ? 1 : pairs.length / planned);
      lookAt = nextLook(pairs.length);
    }
    onPair({ pair, pairs: pairs.length, planned, elapsedMs, evaluations });
    const isKnown = !usesWholeBudget && evaluations.length > 0 && isDecided(question, evaluations);
    if (isKnown) return end("decided");
    if (isLast) return end("budget");
  }
}

/** Undefined where the comparison was interrupted. */
async function nextPair(twins: Twins): Promise<Awaited<ReturnType<Twins["nextPair"]>> | undefined> {
  try {
    return await twins.nextPair();
  } catch (error) {
    if (error instanceof DynoError && error.code === "aborted") return undefined;
    throw error;
  }
}

/** The first pair checks the work, and loads what later ones find in the disk's cache: it says least of how long they take. */
function typicalPairMs(pairs: readonly PairRecord[]): number {
  const times = (pairs.length > 1 ? pairs.slice(1) : pairs).map(({ tookMs }) => tookMs);
  return times.toSorted((a, b) => a - b)[times.length >> 1] ?? 0;
}

/** A phase in which nothing was completed has no figures to compare. */
function findFailure({ base, candidate }: PairRecord): Compared["failure"] {
  for (const [side, figures] of [
    ["candidate", candidate],
    ["base", base],
  ] as const) {
    const problem = findEmptyPhase(figures);
    if (problem !== undefined)
      return { side, error: new DynoError("unavailable", `the ${side} completed no operation ${problem}`) };
  }
  return undefined;
}

function findEmptyPhase({ phases }: ArmFigures): string | undefined {
  const empty = phases.find(({ completed }) => completed === 0);
  if (empty === undefined) return undefined;
  const [error] = empty.errors;
  const why =
    error === undefined
      ? "nor did any fail: the slices are too short for it"
      : `${empty.failed} failed, the first with ${error.kind}: ${error.sample}`;
  return `in ${empty.phase}; ${why}`;
}
