import { createRandom, deriveSeed } from "../../../base/random.ts";
import { normalCdf } from "../../../stats/normal.ts";
import type { Point } from "../../space/space.ts";
import type { History, Measurement } from "./history.ts";
import type { Coordinates } from "./surrogate/kernel.ts";
import { learnKernel, typicalLogs } from "./surrogate/learn-kernel.ts";
import { widenOutliers } from "./surrogate/outliers.ts";
import { layOut } from "./surrogate/rows.ts";
import { createSurrogate, type Surrogate } from "./surrogate/surrogate.ts";
import { warpMiss, warpScore, worstScore } from "./warp.ts";

/** Of the latest rows all count, and of the older ones as many: the arithmetic grows with the cube of their number. */
const latestRows = 110;

/** What is believed of the objective (its warped score relative to the beginning's), and of how far each target is missed. */
export interface Beliefs {
  readonly score: Surrogate;
  readonly misses: readonly Surrogate[];
  /** Coordinates of a point. */
  readonly dims: number;
}

/** Steps of the first search for a kernel, and of those that go on from the last one. */
const firstSteps = 90;
const laterSteps = 24;
/** A kernel is sought again when there are so many more rows, as a share of them: they are dear, and change ever less. */
const growth = 0.1;

/** Turns what was measured into beliefs, after each block. */
export interface BeliefMaker {
  /** Undefined where there is too little to believe anything. */
  update(history: History): Beliefs | undefined;
}

/** Makes a maker of beliefs. What it believes is a function of the seed and of the histories that it was shown. */
export function createBeliefMaker(coordinates: Coordinates, targets: number, seed: number): BeliefMaker {
  const score = createLearner(coordinates, seed, "score");
  const misses = Array.from({ length: targets }, (_, i) => createLearner(coordinates, seed, `target ${i}`));
  return {
    update: (history) => {
      const base = history.base();
      const seen = history.measurements.length;
      const rows = thinOut(history.measurements);
      const scores = rows.map(({ score }) => (score === undefined ? worstScore : warpScore(score - base)));
      const ofScore = score(rows, scores, seen);
      const ofMisses = misses.flatMap((learner, target) => {
        const values = rows.map(({ score, misses }) =>
          score === undefined ? 1 : warpMiss(misses[target] ?? 0),
        );
        return learner(rows, values, seen) ?? [];
      });
      if (ofScore === undefined || ofMisses.length < targets) return undefined;
      return { score: ofScore, misses: ofMisses, dims: coordinates.origin.length };
    },
  };
}

/** The chance that a configuration at a point meets every target. */
export function chanceToMeet({ misses }: Beliefs, point: Point): number {
  return misses.reduce((chance, miss) => {
    const { mean, sd } = miss.at(point);
    return chance * normalCdf(-mean / sd);
  }, 1);
}

function thinOut(measurements: readonly Measurement[]): readonly Measurement[] {
  const older = measurements.length - latestRows;
  if (older <= latestRows) return measurements;
  const kept = Array.from({ length: latestRows }, (_, i) => Math.floor((i * older) / latestRows));
  return [...kept.flatMap((i) => measurements[i] ?? []), ...measurements.slice(older)];
}

/** `seen` is how many measurements there are in all, of which these are some. */
type Learner = (
  measurements: readonly Measurement[],
  values: readonly number[],
  seen: number,
) => Surrogate | undefined;

function createLearner(coordinates: Coordinates, seed: number, name: string): Learner {
  const dims = coordinates.origin.length;
  let logs = typicalLogs(dims);
  let due = 0;
  return (measurements, values, seen) => {
    const rows = layOut(
      measurements.map(({ at, time, length }, i) => ({
        point: at.point,
        time,
        value: values[i] ?? 0,
        noise: 1 / length,
      })),
      dims,
    );
    const random = createRandom(deriveSeed(seed, `kernel of ${name} from ${seen} rows`));
    const known = learnKernel(coordinates, rows, logs, 0, random);
    if (known === undefined) return undefined;
    const widened = widenOutliers(rows, known.posterior);
    const steps = seen < due ? 0 : due === 0 ? firstSteps : laterSteps;
    if (steps > 0) due = Math.ceil(seen * (1 + growth));
    const learnt = learnKernel(coordinates, widened, logs, steps, random) ?? known;
    logs = learnt.logs;
    return createSurrogate(learnt.kernel, widened, learnt.posterior);
  };
}
