/** Above it a score is bent: an overloaded configuration is 10 to 100 times slower, and how much does not matter. */
const knee = 0.3;
const height = 0.6;
const width = 1.2;

/** The score of what did not work at all: what no score exceeds. */
export const worstScore = knee + height;

/** A score relative to the beginning's, with what is far worse brought near: a surrogate has no good eye for walls. */
export function warpScore(score: number): number {
  return score <= knee ? score : knee + height * Math.tanh((score - knee) / width);
}

/** What `warpScore` made it of. What is at its end, or beyond, becomes as large as a wall is. */
export function unwarpScore(warped: number): number {
  if (warped <= knee) return warped;
  return knee + width * Math.atanh(Math.min(0.99, (warped - knee) / height));
}

/** By how much a target is missed, likewise: near 0 as it is, and nothing below -1 or above 1. */
export function warpMiss(miss: number): number {
  return Math.tanh(miss);
}
