import type { Random } from "../base/random.ts";

/** Fisher and Yates' shuffle, into a copy. */
export function shuffle(values: Float64Array, random: Random): Float64Array {
  const shuffled = values.slice();
  for (let last = shuffled.length - 1; last > 0; last--) {
    const other = random.integer(last + 1);
    const moved = shuffled[last] ?? 0;
    shuffled[last] = shuffled[other] ?? 0;
    shuffled[other] = moved;
  }
  return shuffled;
}
