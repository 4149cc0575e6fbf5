import fc from "fast-check";
import { expect, test } from "vitest";
import { createUlidSource } from "../../src/engine/ulid.ts";

test("ids are 26 characters of Crockford base 32 and carry the time in the first 10", () => {
  // The example of the specification: 1469918176385 is 01ARYZ6S41.
  const id = createUlidSource(() => 1_469_918_176_385)();
  expect(id).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);
  expect(id.slice(0, 10)).toBe("01ARYZ6S41");
});

test("ids ascend whatever the clock does", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 2, maxLength: 50 }), (steps) => {
      let timeMs = 1_767_225_600_000;
      const next = createUlidSource(() => timeMs);
      let last = next();
      for (const step of steps) {
        timeMs += step;
        const id = next();
        expect(id > last).toBe(true);
        last = id;
      }
    }),
  );
});

test("ids of one millisecond ascend across every carry, and none comes twice", () => {
  const next = createUlidSource(() => 1_767_225_600_000);
  const ids = Array.from({ length: 50_000 }, () => next());
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.toSorted()).toEqual(ids);
});

test("two sources do not give the same ids in the same millisecond", () => {
  const [a, b] = [createUlidSource(() => 1), createUlidSource(() => 1)];
  expect(a()).not.toBe(b());
});
