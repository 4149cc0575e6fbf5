import { describe, expect, test } from "vitest";
import { collectBlocks, collectPairs } from "../../../src/judge/compare/metric-series.ts";
import { readArm, readPair } from "../../../src/judge/compare/pair-metrics.ts";
import type { ArmFigures, ArmPhase, PairRecord } from "../../../src/measure/pair.ts";
import { createHistogram } from "../../../src/stats/histogram.ts";

/** A process whose operations take `micros`, in batches of which one in four was disturbed. */
function arm(micros: number, change: Partial<ArmPhase> = {}): ArmFigures {
  const response = createHistogram();
  for (let i = 0; i < 1000; i++) response.record(micros * 64);
  const disturbed = [micros, micros, micros, micros * 3];
  return {
    phases: [
      {
        phase: "full",
        loop: "closed",
        completed: 1000,
        failed: 0,
        errors: [],
        measuredMs: 300,
        costMicros: disturbed,
        p50Micros: disturbed.map((cost) => cost * 64),
        cpuMicrosPerOp: disturbed,
        response: response.encode(),
        ...change,
      },
    ],
    rssPeakBytes: 1e8,
    checks: [],
  };
}

function pair(base: ArmFigures, candidate: ArmFigures): PairRecord {
  return { pair: 0, seed: 1, first: "base", tookMs: 2000, base, candidate };
}

describe("the metrics of a pair", () => {
  test("are worse above 0, also throughput, which is better where it is higher", () => {
    const metrics = readPair(pair(arm(10), arm(11)));
    const of = (name: string) => metrics.find(({ metric }) => metric === name);
    expect(of("throughput")?.base).toBeCloseTo(100_000, 6);
    expect(of("throughput")?.candidate).toBeCloseTo(90_909.1, 1);
    expect(of("throughput")?.worse).toBeCloseTo(Math.log(1.1), 9);
    expect(of("p50")?.worse).toBeCloseTo(Math.log(1.1), 9);
    expect(of("cpu_per_op")?.worse).toBeCloseTo(Math.log(1.1), 9);
    expect(of("rss")?.worse).toBe(0);
  });

  test("do not see the batches that were disturbed", () => {
    const throughput = readArm(arm(10, { costMicros: [10, 10, 90, 70] })).find(
      ({ metric }) => metric === "throughput",
    );
    expect(throughput?.value).toBeCloseTo(100_000, 6);
  });

  test("count errors as a difference of shares", () => {
    const errors = readPair(pair(arm(10), arm(10, { completed: 990, failed: 10 }))).find(
      ({ metric }) => metric === "error_rate",
    );
    expect(errors).toMatchObject({ scale: "difference", base: 0, candidate: 0.01, worse: 0.01 });
  });

  test("leave out a quantile that the samples are too few for, and throughput in an open loop", () => {
    const few = createHistogram();
    for (let i = 0; i < 400; i++) few.record(10);
    const names = readArm(arm(10, { loop: "open", response: few.encode() })).flatMap(({ metric, value }) =>
      value === undefined ? [] : [metric],
    );
    expect(names).toEqual(["p50", "p90", "p99", "error_rate", "cpu_per_op", "rss"]);
  });
});

describe("series", () => {
  test("of pairs have the signed-rank estimate and interval of their changes", () => {
    const pairs = collectPairs();
    for (const slower of [1.04, 1.05, 1.06, 1.05, 1.05, 1.045]) pairs.add(pair(arm(10), arm(10 * slower)));
    const throughput = pairs.all().find(({ metric }) => metric === "throughput");
    expect(Math.exp(throughput?.estimate() ?? 0)).toBeCloseTo(1.05, 2);
    const [low = 0, high = 0] = throughput?.interval(0.02) ?? [];
    expect(Math.exp(low)).toBeCloseTo(1.04, 6);
    expect(Math.exp(high)).toBeCloseTo(1.06, 6);
    expect(throughput?.interval(0.001)).toBeUndefined();
  });

  test("of error rates do not pass for equal where errors come in a few pairs only, nor hide where they come in some", () => {
    const shares = (failing: number, of: number, failed: number) => {
      const pairs = collectPairs();
      for (let i = 0; i < of; i++) {
        const bad = i < failing ? { completed: 1000 - failed, failed } : {};
        pairs.add(pair(arm(10), arm(10, bad)));
      }
      return pairs.all().find(({ metric }) => metric === "error_rate");
    };
    const rare = shares(3, 30, 500);
    expect(rare?.estimate()).toBeCloseTo(0.05, 9);
    expect(rare?.interval(0.02)?.[1]).toBeGreaterThanOrEqual(0.05);
    expect(rare?.interval(0.02)?.[0]).toBeLessThanOrEqual(0);
    const some = shares(12, 30, 10);
    expect(some?.estimate()).toBeCloseTo(0.004, 9);
    expect(some?.interval(0.001)?.[0]).toBeGreaterThan(0);
    expect(shares(0, 30, 0)?.interval(0.001)).toEqual([0, 0]);
  });

  test("of blocks are held against what was recorded, in the same direction", () => {
    const recorded = [10, 10.1, 9.9, 10, 10.05, 9.95, 10.02].map((micros) => readArm(arm(micros)));
    const blocks = collectBlocks(recorded);
    for (const micros of [11, 11.1, 10.9, 11, 11.05, 10.95]) blocks.add(arm(micros));
    const throughput = blocks.all().find(({ metric }) => metric === "throughput");
    expect(Math.exp(throughput?.estimate() ?? 0)).toBeCloseTo(1.1, 2);
    const [low = 0, high = 0] = throughput?.interval(0.005) ?? [];
    expect(low).toBeGreaterThan(Math.log(1.08));
    expect(high).toBeLessThan(Math.log(1.12));
    expect(throughput?.base).toHaveLength(7);
    expect(throughput?.candidate).toHaveLength(6);
  });
});
