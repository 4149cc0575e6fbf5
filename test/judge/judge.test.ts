import { describe, expect, test } from "vitest";
import { createRandom } from "../../src/base/random.ts";
import { decideOutcome, exitMeaning } from "../../src/judge/outcome.ts";
import { exponentialQuantile, stallQuantileMs } from "../../src/judge/stall-truth.ts";
import { judgeTargets } from "../../src/judge/targets.ts";
import { checkValidity } from "../../src/judge/validity.ts";
import type { ErrorCount, PhaseResult, TrialResult } from "../../src/measure/result.ts";
import type { Scenario, TargetRule } from "../../src/scenario/scenario.ts";
import { parseTargetRule } from "../../src/scenario/target-rule.ts";
import { createHistogram } from "../../src/stats/histogram.ts";
import { sampleResult } from "../support/sample-result.ts";

function rule(text: string): TargetRule {
  const parsed = parseTargetRule(text, ["steady"]);
  if ("message" in parsed) throw new Error(parsed.message);
  return { ...parsed, line: 1, column: 1 };
}

const [trial] = sampleResult({ seconds: 8 }).trials as [TrialResult];

/** A trial of one measured phase, its 4,000 exponential latencies with a median of 754 us, changed as asked. */
function trialWith(change: Partial<PhaseResult>): TrialResult {
  return { ...trial, phases: trial.phases.map((phase) => ({ ...phase, lag: encoded([1]), ...change })) };
}

function encoded(micros: readonly number[]): string {
  const histogram = createHistogram();
  for (const value of micros) histogram.record(value);
  return histogram.encode();
}

describe("a target", () => {
  test.each([
    ["p50 < 1ms", "pass", /^p50 is 7\d\d\u202fµs, 2\d % under its limit of 1\u202fms\.$/],
    ["p50 < 500us", "fail", /over its limit/],
    ["p99 > 1ms", "pass", /over its limit/],
    ["p99.9 < 100ms", "pass", /under its limit/],
    [
      "p99.99 < 100ms",
      "inconclusive",
      /from 4\u202f000 samples; at least 36\u202f887 are needed to say that it is below/,
    ],
    ["error_rate < 0.1%", "pass", /^error_rate is 0\u202f%/],
    ["error_rate < 0.01%", "inconclusive", /at least 29\u202f956 are needed/],
    ["throughput >= 400/s", "pass", /25 % over/],
    ["throughput >= 600/s", "fail", /17 % under/],
    ["cpu_per_op < 1ms", "pass", /This is an estimate, since the generator spun/],
    ["rss < 300MB", "pass", /67 % under/],
    ["max < 1s", "pass", /max is/],
    ["mean < 1us", "fail", /over/],
  ] as const)("%s is judged %s", (text, outcome, sentence) => {
    const [verdict] = judgeTargets([rule(text)], [trialWith({})]);
    expect(verdict).toMatchObject({ outcome, sentence: expect.stringMatching(sentence) });
  });

  test("without data is never a pass", () => {
    for (const text of ["p50 < 1s", "error_rate < 1%", "throughput < 1M/s", "rss < 1GB", "max < 1s"]) {
      for (const trials of [[], [trialWith({ kind: "warmup" })], [trialWith({ phase: "other" })]]) {
        expect(judgeTargets([rule(`${text} in steady`)], trials)[0]?.outcome).toBe("inconclusive");
      }
    }
  });

  test("on an error rate fails as soon as it is broken, however few operations there were", () => {
    const [verdict] = judgeTargets([rule("error_rate < 0.01%")], [trialWith({ failed: 9, completed: 10 })]);
    expect(verdict).toMatchObject({ outcome: "fail", measured: 9 / 19 });
  });

  test("says that a rerun could decide otherwise where its limit lies inside the interval", () => {
    const [verdict] = judgeTargets([rule("p50 < 755us")], [trialWith({})]);
    expect(verdict?.sentence).toContain("a rerun could decide otherwise");
  });
});

describe("a measurement", () => {
  const scenarioWith = (...rules: string[]): Scenario =>
    ({ target: { kind: "engine" }, targets: rules.map(rule), faults: [] }) as unknown as Scenario;
  const lateTail = encoded([...Array<number>(97).fill(1), 5000, 5000, 5000]);

  test.each([
    ["is valid where the generator kept its schedule", {}, ["p50 < 1ms"], []],
    [
      "is invalid where operations were not sent in time",
      { sentInTime: 3900 },
      [],
      [/500\/s were asked for and 488\/s could be sent in time/],
    ],
    [
      "is invalid where the generator was late at a quantile that is judged",
      { lag: lateTail },
      ["p99 < 5ms"],
      [/the generator was 5\u202fms late at p99, and 1\u202fms is the most/],
    ],
    ["is valid where only quantiles were late that nobody judges", { lag: lateTail }, ["p50 < 1ms"], []],
    ["is valid where a tenth of the limit is more than the lag", { lag: lateTail }, ["p99 < 60ms"], []],
    [
      "is invalid where the machine stood still",
      { hiccups: { count: 1, p50Micros: 1, p99Micros: 1, maxMicros: 1, lostRatio: 0.2 } },
      [],
      [/a thread that only sleeps lost 20\u202f%/],
    ],
    ["is invalid where the hypervisor took time away", { stealMs: 4000 }, [], [/steal time/]],
    [
      "of a closed loop is valid on a busy machine",
      { loop: "closed", hiccups: { count: 1, p50Micros: 1, p99Micros: 1, maxMicros: 1, lostRatio: 0.2 } },
      [],
      [],
    ],
    ["is invalid where nothing was measured", { completed: 0, failed: 0 }, [], [/no data is never a pass/]],
  ] as const)("%s", (_, change, rules, reasons) => {
    const { invalid } = checkValidity(
      scenarioWith(...rules),
      [trialWith(change as Partial<PhaseResult>)],
      [],
    );
    expect(invalid).toHaveLength(reasons.length);
    for (const [i, reason] of reasons.entries()) expect(invalid[i]).toMatch(reason);
  });

  test("is invalid where a trial crashed, and tells its last words", () => {
    const failure = { kind: "crashed", message: "it crashed", stderr: "line 1\nlast words" } as const;
    const { invalid } = checkValidity(scenarioWith(), [{ ...trial, phases: [], failure }], []);
    expect(invalid).toEqual(["it crashed; it wrote: line 1 | last words"]);
  });

  test("of closed loops says once that they hide queueing, and what drove them", () => {
    const closed = trialWith({ loop: "closed", driver: "autocannon" });
    const { warnings } = checkValidity(scenarioWith(), [closed, closed, trialWith({ loop: "open" })], []);
    expect(warnings).toEqual([
      expect.stringMatching(/^steady \(driven by autocannon\): latencies of a closed loop hide queueing/),
    ]);
    expect(checkValidity(scenarioWith(), [trialWith({ loop: "open" })], []).warnings).toEqual([]);
  });
});

describe("an outcome", () => {
  test("of a load of which nothing was answered is no pass, and says what came instead", () => {
    const errors = [{ kind: "unavailable", count: 9, sample: "nothing listens on x:1", firstAtMs: 0 }];
    const away = trialWith({ completed: 0, failed: 9, errors });
    expect(decideOutcome({ trials: [away], verdicts: [], invalid: [] })).toEqual({
      outcome: "setup_failed",
      exitCode: 4,
      reason:
        "Nothing was answered: all 9 operations failed, the first with unavailable: nothing listens on x:1.",
    });
    const late = trialWith({
      completed: 0,
      failed: 9,
      errors: [{ ...errors[0], kind: "timeout" } as ErrorCount],
    });
    expect(decideOutcome({ trials: [late], verdicts: [], invalid: ["too noisy"] })).toMatchObject({
      outcome: "fail",
      exitCode: 1,
    });
    const wanted = judgeTargets([rule("error_rate >= 99%")], [late]);
    expect(decideOutcome({ trials: [late], verdicts: wanted, invalid: [] }).outcome).toBe("pass");
  });

  const pass = judgeTargets([rule("p50 < 1ms")], [trialWith({})]);
  const fail = judgeTargets([rule("p50 < 1us"), rule("p50 < 500us")], [trialWith({})]);
  const open = judgeTargets([rule("p99.99 < 1s")], [trialWith({})]);
  const wrong = { ...trial, checks: [{ name: "nothing lost", ok: false, detail: "3 are missing" }] };
  const evidence = { trials: [trial], verdicts: pass, invalid: [] as string[] };
  test.each([
    ["all targets pass", evidence, "pass", 0, /^The|^All/],
    ["a target fails", { ...evidence, verdicts: fail }, "fail", 1, /2 of 2 targets failed/],
    [
      "a target is inconclusive",
      { ...evidence, verdicts: [...pass, ...open] },
      "inconclusive",
      3,
      /are needed/,
    ],
    [
      "the measurement is invalid, which outranks a failed target",
      { ...evidence, verdicts: fail, invalid: ["too noisy"] },
      "invalid",
      3,
      /^Too noisy\.$/,
    ],
    [
      "work was wrong, which outranks an invalid measurement",
      { ...evidence, trials: [wrong], invalid: ["too noisy"] },
      "fail",
      1,
      /nothing lost does not hold; 3 are missing/,
    ],
    [
      "the target could not be set up",
      { ...evidence, setupError: new Error("no Redis") },
      "setup_failed",
      4,
      /^No Redis\.$/,
    ],
    [
      "it was interrupted",
      { ...evidence, verdicts: fail, interrupted: "SIGINT" },
      "interrupted",
      130,
      /interrupted/,
    ],
    ["it was ended", { ...evidence, interrupted: "SIGTERM" }, "interrupted", 143, /interrupted/],
  ] as const)("where %s", (_, given, outcome, exitCode, reason) => {
    expect(decideOutcome(given)).toMatchObject({ outcome, exitCode, reason: expect.stringMatching(reason) });
    expect(exitMeaning(exitCode)).not.toContain("does not give");
  });
});

test("the truth of a stall agrees with a simulation of every operation", () => {
  const stall = { stallMs: 1000, everyMs: 10_000 };
  const latencies = Array.from({ length: 100_000 }, (_, i) => {
    const inPeriod = (i * 0.7) % stall.everyMs;
    return inPeriod < stall.everyMs - stall.stallMs ? 0 : stall.everyMs - inPeriod;
  }).toSorted((a, b) => a - b);
  for (const q of [0.5, 0.95, 0.99, 0.999]) {
    expect(
      Math.abs((latencies[Math.ceil(q * latencies.length) - 1] ?? 0) - stallQuantileMs(stall, q)),
    ).toBeLessThan(2);
  }
});

test("the truth of the exponential law agrees with draws from it", () => {
  const random = createRandom(1);
  const draws = Array.from({ length: 200_000 }, () => random.exponential() * 5).toSorted((a, b) => a - b);
  for (const q of [0.5, 0.9, 0.99]) {
    expect(
      Math.abs((draws[Math.ceil(q * draws.length) - 1] ?? 0) / exponentialQuantile(5, q) - 1),
    ).toBeLessThan(0.02);
  }
});
