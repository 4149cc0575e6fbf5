import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRandom } from "../../src/base/random.ts";
import type { TrialResult } from "../../src/measure/result.ts";
import { renderCapacityHtml } from "../../src/publish/html/study/render-capacity-html.ts";
import { renderCapacityMetrics } from "../../src/publish/prometheus-study.ts";
import type { CapacitySpec } from "../../src/scenario/scenario.ts";
import { createHistogram } from "../../src/stats/histogram.ts";
import { judgeLevel } from "../../src/study/capacity/judge-level.ts";
import { nextRate, type RateAnswer } from "../../src/study/capacity/next-rate.ts";
import { sampleResult } from "../support/sample-result.ts";
import { queueLevel, sampleCapacity, searched, studyScenario } from "../support/sample-studies.ts";

const yes = { excess: Number.NEGATIVE_INFINITY, error: 0, isEasy: false };
const no = { excess: Number.POSITIVE_INFINITY, error: 0, isEasy: false };

/** The answers that a search asks for until it stops. */
function ask(answer: (ratePerSec: number) => Omit<RateAnswer, "ratePerSec">, to?: number, most = 40) {
  const bounds = { fromRatePerSec: 100, ...(to === undefined ? {} : { toRatePerSec: to }) };
  const answers: RateAnswer[] = [];
  let next = nextRate(answers, bounds);
  while (next.do === "try" && answers.length < most) {
    answers.push({ ratePerSec: next.ratePerSec, ...answer(next.ratePerSec) });
    next = nextRate(answers, bounds);
  }
  return { answers, next };
}

describe("where to measure next", () => {
  test("a sharp threshold is found to 5 % in few levels, wherever it lies", () => {
    fc.assert(
      fc.property(fc.double({ min: 120, max: 20_000, noNaN: true }), (truth) => {
        const { answers, next } = ask((rate) => (rate <= truth ? yes : no), undefined, 24);
        expect(next).toEqual({ do: "stop", why: "found" });
        expect(answers.length).toBeLessThanOrEqual(23);
      }),
      { numRuns: 3 },
    );
  });

  test("it never leaves the range that it was given, whatever is answered", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 32 - 1 }),
        fc.integer({ min: 101, max: 5000 }),
        (seed, to) => {
          const random = createRandom(seed);
          const { answers } = ask(() => (random.next() < 0.5 ? yes : no), to, 10);
          for (const { ratePerSec } of answers) {
            expect(ratePerSec).toBeGreaterThanOrEqual(100);
            expect(ratePerSec).toBeLessThanOrEqual(to);
          }
        },
      ),
      { numRuns: 8 },
    );
  });

  test("where nothing holds it stops at once, after asking twice", () => {
    expect(ask(() => no)).toMatchObject({
      answers: [{ ratePerSec: 100 }, { ratePerSec: 100 }],
      next: { why: "none" },
    });
  });

  test("one hiccup at the lowest rate does not end it", () => {
    let count = 0;
    expect(ask(() => (count++ === 0 ? no : yes), 800).next).toEqual({ do: "stop", why: "top" });
  });

  test("where all holds it says that the highest rate is reached", () => {
    expect(ask(() => yes, 3000).next).toEqual({ do: "stop", why: "top" });
  });
});

describe("the capacity of a queue whose capacity is known", () => {
  test.each([
    ["steady answers", { noise: 0.05, hiccups: 0 }, 0.03],
    ["noisy answers and hiccups", { noise: 0.25, hiccups: 0.03 }, 0.12],
  ])(
    "lies in the interval, and near the estimate, with %s",
    async (_, kind, mostOff) => {
      const random = createRandom(7);
      const runs = 16;
      let covered = 0;
      let off = 0;
      for (let seed = 1; seed <= runs; seed++) {
        const truth = 150 * 100 ** random.next();
        const { capacity, levels } = await searched(queueLevel(truth, { seed, ...kind }));
        if (capacity === undefined) throw new Error("no capacity");
        if (capacity.low <= truth && truth <= capacity.high) covered++;
        off += Math.abs(Math.log(capacity.estimate / truth)) / runs;
        expect(levels.length).toBeLessThanOrEqual(20);
      }
      expect(covered / runs).toBeGreaterThanOrEqual(0.9);
      expect(off).toBeLessThan(mostOff);
    },
    60_000,
  );
});

describe("what a search came to", () => {
  test("names the rate, its interval, what failed next, and the confirmation", async () => {
    const result = await sampleCapacity();
    expect(result).toMatchObject({ outcome: "found", exitCode: 0 });
    expect(result.reason).toMatch(/with 95 % confidence.*next rate that failed.*> 20 ms.*had not seen held/);
    expect(result.confirmedPerSec).toBeLessThanOrEqual(result.capacity?.estimate ?? 0);
    expect(result.levels.at(-1)).toMatchObject({ stage: "confirm", holdMs: 6000, outcome: "met" });
  });

  test("is none, and exit code 1, where not even the lowest rate holds", async () => {
    const result = await sampleCapacity({ measure: queueLevel(20) });
    expect(result).toMatchObject({ outcome: "none", exitCode: 1 });
    expect(result.reason).toMatch(/Not even the lowest rate, 100\/s/);
    expect(result).not.toHaveProperty("capacity");
  });

  test("sends a reader to the target where nothing is answered at the lowest rate", async () => {
    const dead = { ...queueLevel(20)(100), completed: 0, reason: "100 % failed" };
    const { reason } = await sampleCapacity({ measure: () => dead });
    expect(reason).toMatch(/holds: 100 % failed\. Look at the target: none of its work was done\.$/);
  });

  test("is no more than a lower bound where the generator was the limit", async () => {
    const queue = queueLevel(3000);
    const result = await sampleCapacity({
      measure: (rate) => {
        const level = queue(rate);
        return level.outcome === "met" ? level : { ...level, outcome: "generator", reason: "sent late" };
      },
    });
    expect(result).toMatchObject({ outcome: "at_least", exitCode: 3 });
    expect(result.reason).toMatch(/^At least .*the generator is the limit/);
  });

  test("is no more than a lower bound where the budget ended before any rate was too much", async () => {
    const result = await sampleCapacity({ measure: queueLevel(1e6), range: { budgetMs: 20_000 } });
    const held = result.levels.findLast(({ stage }) => stage === "climb")?.ratePerSec;
    expect(result).toMatchObject({ outcome: "at_least", exitCode: 3, confirmedPerSec: held });
    expect(result.levels.every(({ outcome }) => outcome === "met")).toBe(true);
    expect(result).not.toHaveProperty("capacity");
    expect(result.levels.filter(({ after }) => after !== undefined)).toEqual([]);
    expect(result.reason).toMatch(
      /^At least .*The budget ended before a rate was too much: give it more, or/,
    );
    expect(renderCapacityHtml(result)).not.toMatch(/with 95 % confidence/);
    expect(await renderCapacityMetrics(result)).not.toMatch(/bound="high"/);
  });

  test("goes no further than the highest rate that was asked for", async () => {
    const range = { toRatePerSec: 3000 };
    const held = await sampleCapacity({ measure: queueLevel(9000), range });
    expect(held).toMatchObject({ outcome: "at_least", exitCode: 0, confirmedPerSec: 3000 });
    expect(held).not.toHaveProperty("capacity");
    const near = await sampleCapacity({ measure: queueLevel(2960, { noise: 0.3 }), range });
    for (const { after, ratePerSec } of near.levels)
      expect(Math.max(ratePerSec, after?.high ?? 0)).toBeLessThanOrEqual(3000);
  });

  test("is confirmed at a rate of less than one in a second too", async () => {
    const queue = queueLevel(4700);
    const result = await sampleCapacity({
      measure: (rate) => queue(rate * 5000),
      range: { fromRatePerSec: 0.5 },
    });
    const confirmations = result.levels.filter(({ stage }) => stage === "confirm");
    expect(confirmations.length).toBeGreaterThan(0);
    for (const { ratePerSec } of confirmations) expect(ratePerSec).toBeGreaterThanOrEqual(0.5);
  });

  test("heeds a confirmation that fails: it moves the interval, or leaves a lower bound", async () => {
    const queue = queueLevel(3000);
    let confirmations = 0;
    const result = await sampleCapacity({
      measure: (rate, holdMs) => (holdMs > 2000 && confirmations++ < 2 ? queue(9000) : queue(rate)),
      range: { budgetMs: 120_000 },
    });
    const refuted = result.levels.filter(({ stage, outcome }) => stage === "confirm" && outcome !== "met");
    expect(refuted).toHaveLength(2);
    const lowest = Math.min(...refuted.map(({ ratePerSec }) => ratePerSec));
    expect(result.outcome).toMatch(/found|at_least/);
    if (result.outcome === "found") expect(result.capacity?.low).toBeLessThan(lowest);
    else expect(result).toMatchObject({ exitCode: 3, reason: expect.stringMatching(/^At least .*is less/) });
  });

  test("sends a reader to the target where that answered nothing in the longer runs", async () => {
    const queue = queueLevel(3000);
    const result = await sampleCapacity({
      measure: (rate, holdMs) =>
        holdMs > 2000 ? { ...queue(9000), completed: 0, reason: "p99 could not be measured" } : queue(rate),
    });
    expect(result).toMatchObject({ outcome: "unconfirmed", exitCode: 3 });
    expect(result.reason).toMatch(
      /p99 could not be measured\. Look at the target: none of its work was done\.$/,
    );
  });

  test("is not believed where a longer run does not hold what the search found", async () => {
    const queue = queueLevel(3000);
    const result = await sampleCapacity({ measure: (rate, holdMs) => queue(holdMs > 2000 ? 9000 : rate) });
    expect(result.outcome).toBe("unconfirmed");
    expect(result.exitCode).toBe(3);
  });
});

describe("a level", () => {
  const study = studyScenario('{ capacity: { until: "p99 > 5ms or error_rate > 1%" } }')
    .study as CapacitySpec;
  const [trial] = sampleResult().trials;
  const phase = trial?.phases.find(({ kind }) => kind === "measured");
  if (trial === undefined || phase === undefined) throw new Error("the sample has no trial");
  const judged = (change: Partial<typeof phase>, more: Partial<TrialResult> = {}) =>
    judgeLevel(study.until, {
      ...trial,
      timeline: [],
      checks: [],
      ...more,
      phases: [{ ...phase, ...change }],
    });
  const limitOf = (micros: number) =>
    study.until.map((rule, i) => (i === 0 ? { ...rule, limit: micros } : rule));

  const whole = (change: Partial<typeof phase>): TrialResult => ({
    ...trial,
    timeline: [],
    checks: [],
    phases: [{ ...phase, failed: 0, sentInTime: phase.asked, completed: phase.asked, ...change }],
  });
  const latencyAlone = limitOf(60e6).slice(0, 1);

  test("is met where no condition holds, and too much where one does", () => {
    expect(judgeLevel(limitOf(60e6), whole({}))).toMatchObject({
      outcome: "met",
      figures: [{ isBroken: false }, {}],
    });
    expect(judgeLevel(limitOf(60e6), whole({})).excess).toBeLessThan(0);
    const tight = judgeLevel(limitOf(1), whole({ service: phase.response }));
    expect(tight).toMatchObject({ outcome: "broken", reason: expect.stringMatching(/^p99 .* > 1\u202fµs/) });
    expect(tight.excess).toBeGreaterThan(0);
  });

  test("is too much where what was asked for was not done, and no condition speaks of errors", () => {
    const failing = whole({ completed: phase.asked * 0.63, failed: phase.asked * 0.37 });
    expect(judgeLevel(latencyAlone, failing)).toMatchObject({
      outcome: "broken",
      reason: expect.stringMatching(/^37.% failed$/),
      excess: Number.POSITIVE_INFINITY,
    });
    expect(judgeLevel(latencyAlone, whole({})).outcome).toBe("met");
    const mayFail = limitOf(60e6).map((rule, i) => (i === 1 ? { ...rule, limit: 0.5 } : rule));
    expect(judgeLevel(mayFail, failing).outcome).toBe("met");
  });

  test("says that a figure could not be measured where nothing was answered", () => {
    const nothing = whole({ completed: 0, failed: phase.asked, response: createHistogram().encode() });
    expect(judgeLevel(limitOf(60e6), nothing).reason).toMatch(/^p99 could not be measured, error_rate 100/);
  });

  test("that comes to its very limit is on the side that the condition says", () => {
    const p99 = judgeLevel(latencyAlone, whole({})).p99 ?? 0;
    const at = latencyAlone.map((rule) => ({ ...rule, limit: p99 }));
    expect(judgeLevel(at, whole({}))).toMatchObject({ outcome: "met", excess: 0 });
    const inclusive = judgeLevel(
      at.map((rule) => ({ ...rule, op: ">=" as const })),
      whole({}),
    );
    expect(inclusive.outcome).toBe("broken");
    expect(inclusive.excess).toBeGreaterThan(0);
    expect(inclusive.excess).toBeLessThan(0.01);
  });

  test("is the generator's where it was sent late", () => {
    expect(judged({ sentInTime: phase.asked * 0.9 }).outcome).toBe("generator");
  });

  test("is too much where its queue grows, though every answer was in time", () => {
    const row = trial.timeline.find(({ kind }) => kind === "measured");
    if (row === undefined) throw new Error("the sample has no timeline");
    const rows = [0, 1, 2, 3].map((i) => ({
      ...row,
      kind: "measured" as const,
      offered: 1000,
      inFlight: 10 + 400 * i,
    }));
    const level = judgeLevel(limitOf(60e6), {
      ...trial,
      checks: [],
      timeline: rows,
      phases: [{ ...phase, failed: 0, sentInTime: phase.asked }],
    });
    expect(level).toMatchObject({ outcome: "broken", reason: expect.stringMatching(/queue grew by 400/) });
  });

  test("is too much where the target broke down", () => {
    const failure = { kind: "crashed" as const, message: "the trial's process ended", stderr: "" };
    expect(judged({}, { failure })).toMatchObject({ outcome: "broken", reason: "the trial's process ended" });
  });
});
