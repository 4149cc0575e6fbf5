import fc from "fast-check";
import { expect, test } from "vitest";
import { createPrintMap } from "../../src/engine/print-map.ts";

/** Fingerprints that collide: their slot is one of a few, at the beginning and the end of the table. */
function collidingPrint(key: number): Int32Array {
  return Int32Array.of([0, 1, 1022, 1023][key % 4] ?? 0, key, 0, 0);
}

test("a print map does what a Map does, for any order of setting and deleting, however they collide", () => {
  const steps = fc.array(fc.record({ deletes: fc.boolean(), key: fc.nat(60) }), {
    maxLength: 400,
    size: "max",
  });
  fc.assert(
    fc.property(steps, (sequence) => {
      const map = createPrintMap<number>();
      const model = new Map<number, number>();
      for (const [step, { deletes, key }] of sequence.entries()) {
        if (deletes) {
          map.delete(collidingPrint(key));
          model.delete(key);
        } else {
          map.set(collidingPrint(key), step);
          model.set(key, step);
        }
      }
      for (let key = 0; key <= 60; key++) expect(map.get(collidingPrint(key))).toBe(model.get(key));
    }),
  );
});

test("a print map grows", () => {
  const map = createPrintMap<number>();
  for (let key = 0; key < 10_000; key++) map.set(Int32Array.of(key, 0, 0, 0), key);
  for (let key = 0; key < 10_000; key++) expect(map.get(Int32Array.of(key, 0, 0, 0))).toBe(key);
});
