import { welchTest } from "../../stats/welch.ts";

/** Each side of a two-sided test at 5 %. */
const level = 0.025;

/** Less is of no matter: in an open loop, say, all cells come to the rate that was asked for, and some hit it a little better. */
const leastFactor = 1.01;

/** What one cell measured of a metric. */
export interface Contestant {
  /** Of all rounds together. */
  readonly value: number;
  /** Of each round. */
  readonly rounds: readonly number[];
}

/**
 * The index of the best of these, where the rounds show that it is better than every other; undefined where they do not.
 *
 * It must be better by 1 % at least. The best as measured is tested against each other one, by Welch's test of the logarithms (of the values themselves
 * where one is 0) two-sided at 5 %. That the winner was not known beforehand costs nothing: whatever the number of
 * candidates, the chance to declare a best one among equals is no more than that of the two-sided test of two (Gutmann
 * and Maymin, Is the selected population the best?, Annals of Statistics 1987).
 */
export function findBest(contestants: readonly Contestant[], isMoreBetter: boolean): number | undefined {
  const sign = isMoreBetter ? 1 : -1;
  const best = contestants.reduce<number | undefined>((found, { value }, i) => {
    const leader = found === undefined ? undefined : contestants[found];
    return leader === undefined || sign * value > sign * leader.value ? i : found;
  }, undefined);
  const winner = best === undefined ? undefined : contestants[best];
  if (winner === undefined || contestants.length < 2) return undefined;
  const others = contestants.filter((one) => one !== winner);
  const isBest = others.every(
    (other) =>
      isMuchBetter(winner.value, other.value, sign) && isShownBetter(winner.rounds, other.rounds, sign),
  );
  return isBest ? best : undefined;
}

function isMuchBetter(winner: number, other: number, sign: number): boolean {
  const [less, more] = sign > 0 ? [other, winner] : [winner, other];
  return more > less * leastFactor;
}

function isShownBetter(winner: readonly number[], other: readonly number[], sign: number): boolean {
  if (winner.length < 2 || other.length < 2) return false;
  const isPositive = [...winner, ...other].every((value) => value > 0);
  const scaled = (values: readonly number[]): readonly number[] =>
    values.map((value) => sign * (isPositive ? Math.log(value) : value));
  const test = welchTest(scaled(other), scaled(winner));
  // Neither varies at all: such are counts, as of errors that are or are not.
  if (test === undefined) return sign * (winner[0] ?? 0) > sign * (other[0] ?? 0);
  return test.above <= level;
}
