import fc from "fast-check";
import { expect, test } from "vitest";
import { printOf } from "../support/prints.ts";

test("fingerprints differ in about half of their bits when one character or the seed differs", () => {
  const bits = (a: Int32Array, b: Int32Array): number => {
    let count = 0;
    a.forEach((part, i) => {
      for (let rest = part ^ (b[i] ?? 0); rest !== 0; rest &= rest - 1) count++;
    });
    return count;
  };
  fc.assert(
    fc.property(fc.string({ maxLength: 40 }), fc.nat(39), fc.integer(), (text, at, seed) => {
      const changed = `${text.slice(0, at)}\u0001${text.slice(at)}`;
      for (const other of [printOf(changed, seed), printOf(text, seed ^ 1)]) {
        expect(bits(printOf(text, seed), other)).toBeGreaterThan(25);
        expect(bits(printOf(text, seed), other)).toBeLessThan(103);
      }
      expect(printOf(text, seed)).toEqual(printOf(text, seed));
    }),
  );
});

test("a text and the same text with zeros behind it have different fingerprints", () => {
  const prints = ["", "\0", "\0\0", "\0".repeat(8), "\0".repeat(9)].map((text) => String(printOf(text)));
  expect(new Set(prints).size).toBe(prints.length);
});
