import type { Random } from "../../base/random.ts";
import { type Estimate, leastExplained, type ScalingLaw, type SweepLevel } from "../../measure/sweep.ts";
import {
  fitScalability,
  type ScalabilityParameters,
  scalabilityAt,
  scalabilityPeak,
} from "../../stats/scalability.ts";
import { studentCdf } from "../../stats/student.ts";

const resamples = 300;
const curvePoints = 60;
/** A peak, or an end of its interval, further out than this many times the most clients is not shown: nothing was measured near it. */
const mostBeyond = 2;

type Measured = Pick<SweepLevel, "clients" | "perRound">;

/**
 * Fits the law of scalability to the rounds of all levels. Intervals are a bootstrap of residuals in two layers: what a
 * whole round is off by (its process), and what a level is off by within it (Davison and Hinkley, "Bootstrap Methods and
 * their Application", 1997, 3.8), both widened for what the fit has taken. Undefined where there are too few levels.
 */
export function fitLaw(levels: readonly Measured[], random: Random): ScalingLaw | undefined {
  const whole = levels.filter(
    ({ perRound }) => perRound.length > 0 && perRound.every((perSec) => perSec > 0),
  );
  const best = fitScalability(pointsOf(whole));
  if (best === undefined) return undefined;
  const fits = Array.from({ length: resamples }, () =>
    fitScalability(pointsOf(resample(whole, best, random))),
  ).filter((fit) => fit !== undefined);
  const most = Math.max(...whole.map(({ clients }) => clients));
  const interval = (read: (fit: ScalabilityParameters) => number): Estimate => {
    const sorted = fits.map(read).toSorted((a, b) => a - b);
    // Each end has this many of n draws beyond it: (n + 1) x 2.5 %, rounded so that the interval is the wider one.
    const beyond = Math.max(0, Math.floor(0.025 * (sorted.length + 1)) - 1);
    // The estimate of a parameter that is held at 0 lies at the end of its interval.
    return {
      low: Math.min(sorted.at(beyond) ?? read(best), read(best)),
      estimate: read(best),
      high: Math.max(sorted.at(-1 - beyond) ?? read(best), read(best)),
    };
  };
  const r2 = explained(whole, best);
  const peak = peakOf(best, interval(scalabilityPeak), most);
  return {
    lambda: interval(({ lambda }) => lambda),
    sigma: interval(({ sigma }) => sigma),
    kappa: interval(({ kappa }) => kappa),
    r2,
    ...(peak === undefined || r2 < leastExplained ? {} : { peak }),
    curve: Array.from({ length: curvePoints }, (_, i) => {
      const clients = most ** (i / (curvePoints - 1));
      return { clients, ...interval((fit) => scalabilityAt(fit, clients)) };
    }),
  };
}

/** Where the law is greatest; undefined where that is not near what was measured. */
function peakOf(
  best: ScalabilityParameters,
  { low, estimate, high }: Estimate,
  most: number,
): ScalingLaw["peak"] {
  const furthest = mostBeyond * most;
  if (estimate > furthest) return undefined;
  const clients = { low, estimate, ...(high > furthest ? {} : { high }) };
  return { clients, perSec: scalabilityAt(best, estimate) };
}

function pointsOf(levels: readonly Measured[]) {
  return levels.flatMap(({ clients, perRound }) => perRound.map((perSec) => ({ clients, perSec })));
}

/** Rounds as they might have come out: the law, off by residuals that are drawn anew. */
function resample(
  levels: readonly Measured[],
  law: ScalabilityParameters,
  random: Random,
): readonly Measured[] {
  const residuals = levels.map(({ clients, perRound }) =>
    perRound.map((perSec) => Math.log(perSec / scalabilityAt(law, clients))),
  );
  const rounds = Math.max(...residuals.map((row) => row.length));
  const roundMeans = Array.from({ length: rounds }, (_, round) =>
    meanOf(residuals.map((row) => row[round] ?? 0)),
  );
  const all = meanOf(roundMeans);
  const within = residuals.flatMap((row) =>
    row.map((residual, round) => residual - (roundMeans[round] ?? 0)),
  );
  const widenRound = Math.sqrt(rounds / Math.max(1, rounds - 1)) * fewValues(rounds - 1);
  const taken = within.length - rounds - 2;
  const widenWithin = Math.sqrt(within.length / Math.max(1, taken)) * fewValues(taken);
  const shifts = roundMeans.map(() => ((roundMeans[random.integer(rounds)] ?? 0) - all) * widenRound);
  return levels.map(({ clients, perRound }) => ({
    clients,
    perRound: perRound.map((_, round) => {
      const own = (within[random.integer(within.length)] ?? 0) * widenWithin;
      return scalabilityAt(law, clients) * Math.exp((shifts[round] ?? 0) + own);
    }),
  }));
}

/** By how much Student's 95 % interval is wider than the normal one: a bootstrap of few values is too narrow by that. */
function fewValues(degreesOfFreedom: number): number {
  let [low, high] = [1.96, 13];
  for (let i = 0; i < 30; i++) {
    const middle = (low + high) / 2;
    if (studentCdf(middle, Math.max(1, degreesOfFreedom)) < 0.975) low = middle;
    else high = middle;
  }
  return low / 1.96;
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** R squared of the levels' means. */
function explained(levels: readonly Measured[], law: ScalabilityParameters): number {
  const means = levels.map(({ perRound }) => meanOf(perRound));
  const middle = meanOf(means);
  const total = means.reduce((sum, mean) => sum + (mean - middle) ** 2, 0);
  const left = levels.reduce(
    (sum, { clients }, i) => sum + ((means[i] ?? 0) - scalabilityAt(law, clients)) ** 2,
    0,
  );
  return total === 0 ? 0 : 1 - left / total;
}
