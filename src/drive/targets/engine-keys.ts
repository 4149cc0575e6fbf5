import { createRandom } from "../../base/random.ts";
import type { EngineSettings } from "./engine-settings.ts";

const tableSize = 65_536;

/**
 * The key of operation `n`. A table of draws is made once by seed and used round and round, so that drawing costs
 * nothing under load. Zipf's law by inversion of its distribution function: key k has weight 1 / k^exponent.
 */
export function createKeys(keys: EngineSettings["keys"], seed: number): (n: number) => string {
  const random = createRandom(seed);
  const draw =
    keys.distribution === "uniform"
      ? () => random.integer(keys.count)
      : zipf(keys.count, keys.exponent, random.next);
  const table = Array.from({ length: tableSize }, () => `key-${draw()}`);
  return (n) => table[n % tableSize] ?? "key-0";
}

function zipf(count: number, exponent: number, next: () => number): () => number {
  const cumulative = new Float64Array(count);
  let sum = 0;
  for (let k = 0; k < count; k++) {
    sum += (k + 1) ** -exponent;
    cumulative[k] = sum;
  }
  return () => lowerBound(cumulative, next() * sum);
}

/** The first index whose value is above `wanted`. */
function lowerBound(ascending: Float64Array, wanted: number): number {
  let low = 0;
  let high = ascending.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] ?? 0) > wanted) high = middle;
    else low = middle + 1;
  }
  return low;
}
