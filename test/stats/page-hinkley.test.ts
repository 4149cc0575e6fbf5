import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRandom, type Random } from "../../src/base/random.ts";
import { normalQuantile } from "../../src/stats/normal.ts";
import {
  createPageHinkley,
  type PageHinkley,
  type PageHinkleyState,
  pageHinkleyAtStart,
  pageHinkleyNext,
} from "../../src/stats/page-hinkley.ts";
import { signedSequentialRank } from "../../src/stats/signed-sequential-rank.ts";

function isAlarm({ up, down }: PageHinkleyState, { threshold }: PageHinkley): boolean {
  return Math.max(up, down) >= threshold;
}

/** How many innovations it takes to an alarm. */
function runOf(test: PageHinkley, next: () => number): number {
  let state = pageHinkleyAtStart;
  let count = 0;
  do {
    state = pageHinkleyNext(state, next(), test);
    count++;
  } while (!isAlarm(state, test));
  return count;
}

function meanRun(
  runs: number,
  settings: Parameters<typeof createPageHinkley>[0],
  next: () => number,
): number {
  const test = createPageHinkley(settings);
  return Array.from({ length: runs }, () => runOf(test, next)).reduce((sum, run) => sum + run, 0) / runs;
}

function normal(random: Random): number {
  return normalQuantile(random.next() || 0.5);
}

/** Standardised by their ranks among the last 40. */
function ranked(next: () => number): () => number {
  const earlier: number[] = [];
  return () => {
    const value = next();
    const innovation = signedSequentialRank(value, earlier);
    earlier.push(value);
    if (earlier.length > 40) earlier.shift();
    return innovation;
  };
}

describe("the Page-Hinkley test", () => {
  // 1,000 runs are good to about 3 %.
  test.each([
    [0.25, 100],
    [0.25, 1000],
    [0.5, 100],
    [0.5, 1000],
  ])(
    "gives a false alarm about once in the stated number of innovations (allowance %d, %d)",
    (allowance, runLength) => {
      const random = createRandom(runLength + allowance * 100);
      const mean = meanRun(1000, { allowance, runLength }, () => normal(random));
      expect(mean / runLength).toBeGreaterThan(0.9);
      expect(mean / runLength).toBeLessThan(1.15);
    },
  );

  test.each([
    ["normal", (random: Random) => normal(random)],
    ["Laplace", (random: Random) => random.exponential() * (random.next() < 0.5 ? -1 : 1)],
    ["normal with outliers", (random: Random) => normal(random) * (random.next() < 0.05 ? 20 : 1)],
  ])("gives no more of them with innovations that are ranks, whatever the noise: %s", (_, draw) => {
    const random = createRandom(7);
    const mean = meanRun(
      400,
      { allowance: 0.25, runLength: 400 },
      ranked(() => draw(random)),
    );
    expect(mean / 400).toBeGreaterThan(0.95);
  });

  test("notices a shift of one standard deviation about as soon as the threshold is summed up", () => {
    const random = createRandom(3);
    const settings = { allowance: 0.25, runLength: 5000 };
    const { threshold } = createPageHinkley(settings);
    const mean = meanRun(500, settings, () => normal(random) + 1);
    expect(mean).toBeLessThan(threshold / (1 - settings.allowance) + 3);
  });

  test("has published run lengths", () => {
    // Montgomery, Introduction to Statistical Quality Control, table 9.3: k = 0.5, h = 4 and 5, two-sided, 168 and 465.
    expect(createPageHinkley({ allowance: 0.5, runLength: 168 }).threshold).toBeCloseTo(4, 1);
    expect(createPageHinkley({ allowance: 0.5, runLength: 465 }).threshold).toBeCloseTo(5, 1);
  });

  test("rises and falls alike, and goes on from a state that was written down", () => {
    const test = createPageHinkley({ allowance: 0.25, runLength: 500 });
    fc.assert(
      fc.property(fc.array(fc.double({ min: -4, max: 4, noNaN: true })), (innovations) => {
        const stateAfter = (values: readonly number[], from = pageHinkleyAtStart): PageHinkleyState =>
          values.reduce((state, value) => pageHinkleyNext(state, value, test), from);
        const { up, down } = stateAfter(innovations);
        expect(stateAfter(innovations.map((value) => -value))).toEqual({ up: down, down: up });
        const half = innovations.length >> 1;
        const kept: PageHinkleyState = JSON.parse(JSON.stringify(stateAfter(innovations.slice(0, half))));
        expect(stateAfter(innovations.slice(half), kept)).toEqual({ up, down });
      }),
    );
  });

  test("is set with an allowance and a run length that make sense", () => {
    expect(() => createPageHinkley({ allowance: 0, runLength: 100 })).toThrow(
      "the allowance 0 is not above 0",
    );
    expect(() => createPageHinkley({ allowance: 0.5, runLength: 1 })).toThrow(
      "the run length 1 is not above 1",
    );
  });
});

describe("the signed sequential rank", () => {
  test("has mean 0 and standard deviation 1 over the ranks that are equally likely", () => {
    for (let count = 1; count <= 30; count++) {
      const earlier = Array.from({ length: count - 1 }, (_, i) => i + 1);
      const ranks = Array.from({ length: count }, (_, i) => signedSequentialRank(i + 0.5, earlier));
      const squares = ranks.reduce((sum, rank) => sum + rank ** 2, 0);
      expect(squares / count).toBeCloseTo(1, 12);
      expect(signedSequentialRank(-0.5, earlier)).toBeCloseTo(-(ranks[0] ?? 0), 12);
    }
  });

  test("shares a rank between equal sizes, and is 0 for 0", () => {
    expect(signedSequentialRank(2, [-2, 1, 3])).toBeCloseTo(
      (signedSequentialRank(1.9, [-2, 1, 3]) + signedSequentialRank(2.1, [-2, 1, 3])) / 2,
      12,
    );
    expect(signedSequentialRank(0, [1])).toBe(0);
  });
});
