import { expect, test } from "vitest";
import { createRamp } from "../../../src/engine/resilience/ramp.ts";

test("a ramp lets 10, 25 and 50 % of the calls through, evenly, and its first call at once", () => {
  const ramp = createRamp();
  const take = (calls: number): string =>
    Array.from({ length: calls }, () => {
      const isMade = !ramp.refuses();
      ramp.count(isMade);
      return isMade ? "x" : ".";
    }).join("");
  expect([ramp.share, take(21)]).toEqual([0.1, "x.........x.........x"]);
  expect(ramp.step()).toBe(true);
  expect([ramp.share, take(9)]).toEqual([0.25, "x...x...x"]);
  expect(ramp.step()).toBe(true);
  expect([ramp.share, take(5)]).toEqual([0.5, "x.x.x"]);
  expect(ramp.step()).toBe(false);
  expect(ramp.share).toBe(1);
});
