import { describe, expect, test } from "vitest";
import { createRandom, type Random } from "../../../src/base/random.ts";
import { nextLook } from "../../../src/judge/compare/looks.ts";
import type { MetricSeries } from "../../../src/judge/compare/metric-series.ts";
import { abQuestion, gateQuestion, type Question } from "../../../src/judge/compare/question.ts";
import {
  type Evaluation,
  isDecided,
  startSequentialTest,
} from "../../../src/judge/compare/sequential-test.ts";
import { normalQuantile } from "../../../src/stats/normal.ts";
import { hodgesLehmann, walshInterval } from "../../../src/stats/signed-rank.ts";
import { rememberLooks } from "../../support/remembered-looks.ts";

/** Gates of the same length share their levels. */
const plan = rememberLooks();

function seriesOf(metric: MetricSeries["metric"], worse: readonly number[]): MetricSeries {
  const isError = metric === "error_rate";
  return {
    metric,
    phase: "full",
    unit: isError ? "ratio" : "per_second",
    higherIsBetter: metric === "throughput",
    scale: isError ? "difference" : "ratio",
    base: worse.map(() => 1),
    candidate: worse.map(() => 1),
    worse,
    isPaired: true,
    estimate: () => hodgesLehmann(worse),
    interval: (tail) => walshInterval(worse, tail),
  };
}

interface World {
  /** True worsening of the throughput, as ln of the ratio of costs. */
  readonly shift: number;
  readonly sd: number;
  readonly pairs: number;
}

/** One gate (or A/B) of simulated pairs; the noise has heavy tails: one pair in ten is five times as noisy. */
function simulate(question: Question, { shift, sd, pairs }: World, random: Random): readonly Evaluation[] {
  const noise = (): number =>
    normalQuantile((random.next() + 1e-12) * (1 - 2e-12)) * sd * (random.next() < 0.1 ? 5 : 1);
  const throughput: number[] = [];
  const other: number[] = [];
  const errors: number[] = [];
  const series = [seriesOf("throughput", throughput), seriesOf("p99", other), seriesOf("error_rate", errors)];
  const sequential = startSequentialTest(question, series, plan);
  let lookAt = 6;
  for (let n = 1; ; n++) {
    throughput.push(shift + noise());
    other.push(noise() * 2);
    errors.push(0);
    const isLast = n === pairs;
    if (n < lookAt && !isLast) continue;
    const evaluations = sequential.look(series, n, isLast ? 1 : n / pairs);
    if (isLast || isDecided(question, evaluations)) return evaluations;
    lookAt = nextLook(n);
  }
}

/** Shares of gates that failed and that passed. */
function gates(world: World, count: number, seed: number): { failed: number; passed: number } {
  const random = createRandom(seed);
  const question = gateQuestion({ p99: 0.1 }, 1);
  let failed = 0;
  let passed = 0;
  for (let i = 0; i < count; i++) {
    const judged = simulate(question, world, random).filter((evaluation) => evaluation.judged);
    if (judged.some(({ outcome }) => outcome === "fail")) failed++;
    if (judged.every(({ outcome }) => outcome === "pass")) passed++;
  }
  return { failed: failed / count, passed: passed / count };
}

describe("a sequential gate", () => {
  test("fails equal variants in at most 1 % of gates, and passes nearly all", () => {
    const { failed, passed } = gates({ shift: 0, sd: 0.02, pairs: 30 }, 3000, 1);
    // 1 % and three standard errors of 3000 gates.
    expect(failed).toBeLessThan(0.01 + 3 * Math.sqrt((0.01 * 0.99) / 3000));
    expect(passed).toBeGreaterThan(0.95);
  });

  test("fails equal variants in at most 1 % of gates where the noise is far above the margin", () => {
    const { failed } = gates({ shift: 0, sd: 0.15, pairs: 25 }, 3000, 2);
    expect(failed).toBeLessThan(0.01 + 3 * Math.sqrt((0.01 * 0.99) / 3000));
  });

  test("fails a slowdown of 5 % in at least 95 % of gates of 30 pairs", () => {
    expect(gates({ shift: Math.log(1.0526), sd: 0.02, pairs: 30 }, 1000, 3).failed).toBeGreaterThan(0.95);
  });

  test("fails a slowdown of 10 % in at least 95 % of gates of 10 pairs", () => {
    expect(gates({ shift: Math.log(1.111), sd: 0.02, pairs: 10 }, 1000, 4).failed).toBeGreaterThan(0.95);
  });

  test("never fails an improvement of 3 %", () => {
    expect(gates({ shift: Math.log(0.97), sd: 0.02, pairs: 30 }, 1000, 5).failed).toBe(0);
  });

  test("passes a slowdown of its margin in at most the few gates it allows itself", () => {
    const { passed } = gates({ shift: -Math.log(0.95), sd: 0.02, pairs: 30 }, 1000, 6);
    expect(passed).toBeLessThan(0.025 + 3 * Math.sqrt((0.025 * 0.975) / 1000));
  });
});

describe("a sequential A/B comparison", () => {
  test("calls any of equal metrics better or worse in at most 5 % of comparisons", () => {
    const random = createRandom(7);
    const question = abQuestion({}, 1);
    const count = 2000;
    let wrong = 0;
    for (let i = 0; i < count; i++) {
      const evaluations = simulate(question, { shift: 0, sd: 0.1, pairs: 25 }, random);
      if (evaluations.some(({ verdict }) => verdict === "better" || verdict === "worse")) wrong++;
    }
    expect(wrong / count).toBeLessThan(0.05 + 3 * Math.sqrt((0.05 * 0.95) / count));
  });

  test("its interval holds the true ratio in at least 95 % of comparisons, though it stops when it knows", () => {
    const random = createRandom(8);
    const question = abQuestion({}, 1);
    const shift = Math.log(1.04);
    const count = 1000;
    let inside = 0;
    for (let i = 0; i < count; i++) {
      const [first] = simulate(question, { shift, sd: 0.03, pairs: 25 }, random);
      if (first !== undefined && first.bounds.low <= shift && shift <= first.bounds.high) inside++;
    }
    expect(inside / count).toBeGreaterThan(0.95);
  });
});
