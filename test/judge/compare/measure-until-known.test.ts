import { expect, test } from "vitest";
import { DynoError } from "../../../src/base/errors.ts";
import { measureUntilKnown, type UnitSource } from "../../../src/judge/compare/measure-until-known.ts";
import type { MetricSeries } from "../../../src/judge/compare/metric-series.ts";
import { gateQuestion } from "../../../src/judge/compare/question.ts";
import type { ArmFigures } from "../../../src/measure/pair.ts";
import { hodgesLehmann, walshInterval } from "../../../src/stats/signed-rank.ts";

function arm(completed = 100): ArmFigures {
  const phase = {
    phase: "full",
    loop: "closed",
    completed,
    failed: completed === 0 ? 7 : 0,
    errors: completed === 0 ? [{ kind: "ECONNREFUSED", count: 7, sample: "refused", firstAtMs: 1 }] : [],
    measuredMs: 100,
    costMicros: [],
    p50Micros: [],
    cpuMicrosPerOp: [],
    response: "",
  } as const;
  return { phases: [phase], rssPeakBytes: 1, checks: [] };
}

/** Pairs that come at once, say how long they took, and are worse by these. */
function sourceOf(
  pairs: readonly { readonly tookMs: number; readonly worse: number }[],
  candidate = arm(),
): UnitSource {
  const worse: number[] = [];
  const series: MetricSeries = {
    metric: "throughput",
    phase: "full",
    unit: "per_second",
    higherIsBetter: true,
    scale: "ratio",
    base: worse,
    candidate: worse,
    worse,
    isPaired: true,
    estimate: () => hodgesLehmann(worse),
    interval: (tail) => walshInterval(worse, tail),
  };
  return {
    services: [],
    series: () => [series],
    next: async () => {
      const pair = pairs[worse.length];
      if (pair === undefined) throw new DynoError("aborted", "no more");
      worse.push(pair.worse);
      return { unit: { tookMs: pair.tookMs, base: arm(), candidate } };
    },
  };
}

const options = {
  question: gateQuestion({}, 1),
  budgetMs: 60_000,
  usesWholeBudget: false,
  onPair: () => undefined,
};
/** Too far apart to decide anything. */
const undecided = (i: number): number => (i % 2 === 0 ? 1 : -1) * (0.3 + ((i * 7) % 11) / 10);

test("goes on looking when pairs get faster, and more of them fit into the budget than it seemed", async () => {
  const pairs = Array.from({ length: 40 }, (_, i) => ({ tookMs: i < 8 ? 3000 : 10, worse: undecided(i) }));
  const { units, stoppedBy } = await measureUntilKnown(sourceOf(pairs), options);
  expect({ units: units.length, stoppedBy }).toEqual({ units: 40, stoppedBy: "interrupted" });
});

test("stops when the answer is known", async () => {
  const pairs = Array.from({ length: 40 }, (_, i) => ({ tookMs: 2000, worse: 0.1 + i / 1e4 }));
  const { units, stoppedBy, evaluations } = await measureUntilKnown(sourceOf(pairs), options);
  expect(stoppedBy).toBe("decided");
  expect(units.length).toBeLessThan(15);
  expect(evaluations[0]).toMatchObject({ outcome: "fail", verdict: "worse" });
});

test("stops at the first pair in which a side completed nothing, and says why", async () => {
  const pairs = Array.from({ length: 4 }, () => ({ tookMs: 2000, worse: 0 }));
  const { stoppedBy, failure } = await measureUntilKnown(sourceOf(pairs, arm(0)), options);
  expect(stoppedBy).toBe("failure");
  expect(failure?.side).toBe("candidate");
  expect(failure?.error.message).toBe(
    "the candidate completed no operation in full; 7 failed, the first with ECONNREFUSED: refused",
  );
});
