import type { ParamValue } from "../../../src/scenario/tuning.ts";
import { createSpace } from "../../../src/tune/space/space.ts";
import { choice, count, freeSystem, numberOf } from "./system.ts";

const space = createSpace(
  [
    choice("codec", "json", "msgpack", "cbor"),
    choice("compression", "none", "lz4", "zstd"),
    choice("dispatch", "round-robin", "least-busy", "by-key"),
    choice("isPinned", false, true),
    count("batch", 1, 512, 6),
    count("depth", 1, 128, 3),
  ],
  [],
);

/** Of a batch, and of each of its events, in milliseconds. */
const encoding: Readonly<Record<string, readonly [fixed: number, each: number]>> = {
  json: [0.1, 0.05],
  msgpack: [0.3, 0.02],
  cbor: [0.2, 0.04],
};
const packing: Readonly<Record<string, readonly [fixed: number, each: number]>> = {
  none: [0, 0.04],
  lz4: [0.3, 0.012],
  zstd: [1.4, 0.006],
};
const dispatching: Readonly<Record<string, number>> = { "round-robin": 1.2, "least-busy": 1, "by-key": 1.35 };

/** What the numbers should be depends on the choices, and which choice is best on the numbers. */
export const categoricals = freeSystem({
  name: "categoricals",
  why: "54 combinations of choices, each with another best batch and depth",
  space,
  score: ({ codec, compression, dispatch, isPinned, ...numbers }) => {
    const batch = numberOf(numbers, "batch");
    const depth = numberOf(numbers, "depth");
    const [encodeOnce, encodeEach] = lookUp(encoding, codec);
    const [packOnce, packEach] = lookUp(packing, compression);
    const tripMs = 2.5 / depth ** 0.6 + (dispatch === "least-busy" ? 0.02 : 0.01) * depth;
    const perBatch = encodeOnce + packOnce + (encodeEach + packEach) * batch + tripMs;
    const pinning = isPinned === (dispatch === "by-key") ? 0.9 : 1.05;
    // An event waits for its batch, and for what is in front of it.
    return Math.log(perBatch * lookUp(dispatching, dispatch) * pinning * (1 + 30 / batch));
  },
});

function lookUp<Value>(table: Readonly<Record<string, Value>>, key: ParamValue | undefined): Value {
  const found = table[String(key)];
  if (found === undefined) throw new RangeError(`there is no ${key}`);
  return found;
}
