import { createRandom, deriveSeed, type Random } from "../../../base/random.ts";
import { shuffle } from "../../../stats/shuffle.ts";
import type { Point } from "../../space/space.ts";
import type { Bounds, Box } from "../bounds.ts";
import type { Arm } from "../searcher.ts";

/** How far a probe is from the beginning in each coordinate, at least. */
const probeRadius = 0.12;
const armsPerBlock = 4;
/** Rows of one Latin hypercube; further ones are drawn anew. */
const hypercubeRows = 6;

/** What is measured before the model leads: block after block, so that whatever was measured is a fair beginning. */
export interface StartDesign {
  /** Arms of one of its blocks, from 0; two of them may be the same after rounding. */
  armsOf(block: number): readonly Arm[];
  /** After so many every sign pattern was probed. */
  readonly blocks: number;
}

/**
 * The beginning; then pairs of points mirrored at it, which differ from it in all numbers at once, by signs that are the
 * rows of a Hadamard matrix: so a linear trend along each coordinate is seen by itself in all of them (Plackett and Burman,
 * Biometrika 1946; Bhatnagar, ACM TOMACS 2003, for gradients). Beside each pair rows of a Latin hypercube, for what is elsewhere.
 */
export function createStartDesign(bounds: Bounds, seed: number): StartDesign {
  const { beginning, space, isChoice } = bounds;
  const numbers = isChoice.flatMap((choice, i) => (choice ? [] : [i]));
  const patterns = 2 ** Math.ceil(Math.log2(Math.max(1, numbers.length)));
  const centre = space.toPoint(beginning);
  const reach = bounds.around(centre, 1);

  const probe = (block: number, side: number): Arm => {
    const point = centre.slice();
    // The same flips for all patterns and both sides, or they would not be mirrored, nor balanced.
    const flips = createRandom(deriveSeed(seed, `signs ${Math.floor(block / patterns)}`));
    numbers.forEach((i, order) => {
      const radius = Math.max(probeRadius, space.stepAt(i, centre[i] ?? 0));
      const [low, high] = [reach.low[i] ?? 0, reach.high[i] ?? 1];
      const sign = signOf(block % patterns, order) * (flips.next() < 0.5 ? -1 : 1);
      // At an edge there is no room on both sides: the pair is mirrored at a point beside the beginning.
      const middle = Math.max(
        Math.min(centre[i] ?? 0, high - radius),
        Math.min(low + radius, (low + high) / 2),
      );
      point[i] = Math.min(high, Math.max(low, middle + side * sign * radius));
    });
    return { config: bounds.toConfig(point, beginning), role: "probe" };
  };
  const spread = (row: number): Arm => {
    const cube = Math.floor(row / hypercubeRows);
    const random = createRandom(deriveSeed(seed, `hypercube ${cube}`));
    const point = latinHypercube(bounds, reach, random)[row % hypercubeRows] ?? centre;
    return { config: bounds.toConfig(point, beginning), role: "explore" };
  };

  return {
    blocks: numbers.length === 0 ? 2 : patterns,
    armsOf: (block) => {
      const rows = numbers.length === 0 ? armsPerBlock : armsPerBlock - 2;
      const own = Array.from({ length: rows }, (_, i) => spread(block * rows + i));
      const pair = numbers.length === 0 ? [] : [1, -1].map((side) => probe(block, side));
      const arms = [...pair, ...own];
      return block === 0 ? [{ config: beginning, role: "default" }, ...arms.slice(0, -1)] : arms;
    },
  };
}

/** An entry of Sylvester's Hadamard matrix. */
function signOf(row: number, column: number): number {
  let common = row & column;
  let ones = 0;
  for (; common > 0; common >>= 1) ones += common & 1;
  return ones % 2 === 0 ? 1 : -1;
}

/** Points of which each has a stratum of every coordinate for itself (McKay, Beckman and Conover, Technometrics 1979). */
function latinHypercube(
  { isChoice, values, space, beginning }: Bounds,
  { low, high }: Box,
  random: Random,
): Point[] {
  const fixed = space.toPoint(beginning);
  const points = Array.from({ length: hypercubeRows }, () => fixed.slice());
  isChoice.forEach((choice, i) => {
    const strata = shuffle(
      Float64Array.from({ length: hypercubeRows }, (_, row) => row),
      random,
    );
    points.forEach((point, row) => {
      const share = ((strata[row] ?? 0) + random.next()) / hypercubeRows;
      const count = values[i] ?? 0;
      if (!choice) point[i] = (low[i] ?? 0) + share * ((high[i] ?? 1) - (low[i] ?? 0));
      else if (count > 1) point[i] = (strata[row] ?? 0) % count;
    });
  });
  return points;
}
