import fc from "fast-check";
import { expect, test } from "vitest";
import { createKeyTable } from "../../src/engine/key-table.ts";
import { printOf } from "../support/prints.ts";

function idOf(n: number): string {
  return n.toString(32).toUpperCase().padStart(26, "0");
}

test("a table gives back what a Map would, for any keys, however much it grows", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string({ unit: "binary" }), { maxLength: 3000, size: "max" }), (keys) => {
      const table = createKeyTable<number>(0);
      const half = Math.ceil(keys.length / 2);
      for (let i = 0; i < half; i++) table.add(printOf(keys[i] ?? ""), idOf(i), i % 256, i >> 8);
      for (const [i, key] of keys.entries()) {
        const kept = i < half ? { id: idOf(i), index: i % 256, batch: i >> 8 } : undefined;
        expect(table.find(printOf(key))).toEqual(kept);
      }
      expect(table.size).toBe(half);
    }),
    { numRuns: 20 },
  );
});

test("a table tells apart a hundred thousand keys that differ by one digit", () => {
  const table = createKeyTable<string>(0);
  for (let i = 0; i < 100_000; i++) {
    expect(table.find(printOf(`key-${i}`))).toBeUndefined();
    table.add(printOf(`key-${i}`), idOf(i), i, "batch");
  }
  for (let i = 0; i < 100_000; i += 997) expect(table.find(printOf(`key-${i}`))?.id).toBe(idOf(i));
});
