import fc from "fast-check";
import { expect, test } from "vitest";
import { unwarpScore, warpScore, worstScore } from "../../../src/tune/search/gradient/warp.ts";

test("a score is left as it is up to a third more, and bent beyond so that no wall is higher than what does not work", () => {
  fc.assert(
    fc.property(fc.double({ min: -5, max: 8, noNaN: true }), (score) => {
      const warped = warpScore(score);
      expect(warped).toBeLessThanOrEqual(worstScore);
      if (score <= 0.3) expect(warped).toBe(score);
      else expect(warped).toBeLessThan(score);
      if (score < 2) expect(unwarpScore(warped)).toBeCloseTo(score, 9);
      expect(warpScore(score + 0.1)).toBeGreaterThanOrEqual(warped);
    }),
  );
  expect(Number.isFinite(unwarpScore(worstScore + 1))).toBe(true);
});
