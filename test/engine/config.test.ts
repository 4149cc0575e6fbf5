import { describe, expect, test } from "vitest";
import { knobs, resolveKnobs } from "../../src/engine/config.ts";

describe("knobs", () => {
  test("that are not given have their defaults, which lie in their ranges", () => {
    const resolved = resolveKnobs();
    for (const knob of knobs) {
      expect(resolved[knob.name]).toBe(knob.default);
      expect(knob.min).toBeLessThanOrEqual(knob.default);
      expect(knob.default).toBeLessThanOrEqual(knob.max);
    }
  });

  test("step by factors only where their range does not begin at 0", () => {
    for (const { name, min, scale } of knobs) expect(scale === "log" && min <= 0, name).toBe(false);
  });

  test("have names of their own", () => {
    expect(new Set(knobs.map(({ name }) => name)).size).toBe(knobs.length);
  });

  test.each(knobs)("$name takes its smallest and largest value, and nothing beyond", ({ name, min, max }) => {
    for (const value of [min, max]) expect(resolveKnobs({ [name]: value })[name]).toBe(value);
    for (const value of [min - 1, max + 1, min + 0.5, Number.NaN]) {
      expect(() => resolveKnobs({ [name]: value })).toThrow(name);
    }
  });

  test("that do not exist are refused with the names that do", () => {
    expect(() => resolveKnobs({ maxBach: 1 } as object)).toThrow(/maxBach.*maxBatch/);
  });
});
