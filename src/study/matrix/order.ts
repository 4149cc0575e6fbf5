import { createRandom, deriveSeed } from "../../base/random.ts";
import { shuffle } from "../../stats/shuffle.ts";

/** One measurement of one cell. */
export interface Turn {
  /** The index of the cell. */
  readonly cell: number;
  /** From 0. */
  readonly round: number;
}

/**
 * Every cell once in each round, the rounds one after the other, each in an order of its own drawn by seed: what drifts
 * about the machine falls on all cells alike.
 */
export function orderTurns(cells: number, rounds: number, seed: number): readonly Turn[] {
  return Array.from({ length: rounds }, (_, round) => {
    const random = createRandom(deriveSeed(seed, `matrix round ${round}`));
    const order = shuffle(
      Float64Array.from({ length: cells }, (_, i) => i),
      random,
    );
    return [...order].map((cell) => ({ cell, round }));
  }).flat();
}
