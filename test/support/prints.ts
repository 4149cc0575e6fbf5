import { fingerprint } from "../../src/engine/fingerprint.ts";

/** The fingerprint of a key, in an array of its own. */
export function printOf(key: string, seed = 1): Int32Array {
  const print = new Int32Array(4);
  fingerprint(key, seed, print);
  return print;
}
