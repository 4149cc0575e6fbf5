import { crossingProbability, type Paths, pathsAtStart, pathsBelow } from "./brownian-path.ts";
import { normalCdf, normalQuantile } from "./normal.ts";

/** How a total error is spread over the looks of a sequential test. */
export interface AlphaSpendingSettings {
  /** The chance of a false alarm over all looks together, one-sided. */
  readonly alpha: number;
  /** Power of the spending function alpha * t^rho: 1 spends evenly, 3 keeps most for the end. Above 0. */
  readonly rho: number;
}

/** The looks of one sequential test, in order. */
export interface AlphaSpending {
  /**
   * The one-sided level for the p-value of the next look: alarm where p is at most it. 0 where there is none to spend.
   *
   * `informationFraction` is the share of the planned data that is in; it rises from look to look, and 1 (or more)
   * spends all that is left. `attainable` is for a test with few p-values: the largest level at or below the one
   * given that the test can have at this look, found without a view of the outcome. What a look cannot use is kept
   * for later ones.
   *
   * `information` is how much there is, in any unit that stays the same (such as pairs); left out, it is the fraction.
   * Where the plan changes on the way, the fraction can fall: then nothing is spent until it has risen again. Throws
   * RangeError where the information does not rise.
   */
  next(informationFraction: number, attainable?: (level: number) => number, information?: number): number;
}

/** No boundary is looked for beyond so many standard deviations. */
const farthest = 38;

/**
 * A group-sequential boundary by alpha spending (Lan and DeMets, Discrete sequential boundaries for clinical trials,
 * Biometrika 1983) with the power family of Kim and DeMets (Biometrika 1987). Looks need not be planned: each level
 * depends on the looks so far and not on those to come.
 *
 * It takes the statistics of the looks as those of a Brownian motion seen at their information. Signed ranks come
 * close to that: looked at 8, 12, 18, 26, 40 and 60 pairs, they alarm falsely 0.94 to 1.00 times alpha for alpha of
 * 1 % (rho 1 to 3), and with their attainable levels 1.00 to 1.05 times (100,000 simulated tests).
 */
export function createAlphaSpending({ alpha, rho }: AlphaSpendingSettings): AlphaSpending {
  let paths = pathsAtStart;
  let spent = 0;
  return {
    next(informationFraction, attainable = (level) => level, information = informationFraction) {
      const fraction = Math.min(1, informationFraction);
      const now = information === informationFraction ? fraction : information;
      if (!(now > paths.information)) {
        throw new RangeError(
          `the information ${information} does not rise above the last, ${paths.information}`,
        );
      }
      const level = attainable(nominalLevel(paths, now, alpha * fraction ** rho - spent));
      const z = -normalQuantile(level);
      spent += crossingProbability(paths, now, z);
      paths = pathsBelow(paths, now, z);
      return level;
    },
  };
}

/**
 * The one-sided level at which those paths that have not crossed before cross at this look with the given probability.
 * 0 for a probability of 0 or less.
 */
export function nominalLevel(paths: Paths, information: number, probability: number): number {
  if (!(probability > 0)) return 0;
  let low = -farthest;
  let high = farthest;
  // Halved until neighbouring numbers are reached, always on the side that spends no more than is allowed.
  for (let middle = 0; low < middle && middle < high; middle = (low + high) / 2) {
    if (crossingProbability(paths, information, middle) > probability) low = middle;
    else high = middle;
  }
  return normalCdf(-high);
}
