import { describe, expect, test } from "vitest";
import { createRandom } from "../../../src/base/random.ts";
import { medianOf } from "../../../src/stats/median.ts";
import { normalQuantile } from "../../../src/stats/normal.ts";
import { type Contestant, findBest } from "../../../src/study/matrix/best.ts";

function contestant(...rounds: readonly number[]): Contestant {
  return { value: medianOf(rounds), rounds };
}

describe("the best of a column", () => {
  test.each([
    [
      "clearly least",
      [contestant(100, 101, 102), contestant(200, 203, 198), contestant(300, 310, 305)],
      false,
      0,
    ],
    [
      "clearly greatest",
      [contestant(100, 101, 102), contestant(200, 203, 198), contestant(300, 310, 305)],
      true,
      2,
    ],
    [
      "one that overlaps with another",
      [contestant(100, 130, 110), contestant(105, 128, 112), contestant(300, 310, 305)],
      false,
      undefined,
    ],
    ["one of a single round", [contestant(100), contestant(200)], false, undefined],
    ["one without rivals", [contestant(100, 101, 102)], false, undefined],
    ["equals that do not vary", [contestant(0, 0, 0), contestant(0, 0, 0)], false, undefined],
    [
      "one that is better by less than one per cent",
      [contestant(1000, 1000, 1001), contestant(1006, 1007, 1006)],
      true,
      undefined,
    ],
    ["counts that do not vary and differ", [contestant(1, 1, 1), contestant(0, 0, 0)], false, 1],
  ])("of %s", (_what, contestants, isMoreBetter, expected) => {
    expect(findBest(contestants, isMoreBetter)).toBe(expected);
  });

  test.each([2, 3, 12])("is found among %i equal ones in no more than 5 %% of all cases", (count) => {
    const random = createRandom(count);
    const noisy = (): number => 100 * Math.exp(0.1 * normalQuantile(random.next() || 0.5));
    let found = 0;
    for (let i = 0; i < 2000; i++) {
      const contestants = Array.from({ length: count }, () => contestant(noisy(), noisy(), noisy()));
      if (findBest(contestants, false) !== undefined) found++;
    }
    expect(found / 2000).toBeLessThanOrEqual(0.05);
  });
});
