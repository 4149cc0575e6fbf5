import { describe, expect, test } from "vitest";
import { decideOutcome } from "../../src/judge/outcome.ts";
import { judgeTargets } from "../../src/judge/targets.ts";
import { checkValidity } from "../../src/judge/validity.ts";
import type { CheckResult, PhaseResult, TimelineMark, TrialResult } from "../../src/measure/result.ts";
import type { Fault } from "../../src/scenario/fault.ts";
import type { Scenario, TargetRule } from "../../src/scenario/scenario.ts";
import { parseTargetRule } from "../../src/scenario/target-rule.ts";
import { sampleResult } from "../support/sample-result.ts";

const [sample] = sampleResult({ seconds: 8 }).trials as [TrialResult];

function rule(text: string): TargetRule {
  const parsed = parseTargetRule(text, ["steady"]);
  if ("message" in parsed) throw new Error(parsed.message);
  return { ...parsed, line: 1, column: 1 };
}

function lost(value: number): CheckResult {
  return {
    name: "nothing lost",
    ok: value === 0,
    detail: `${value} are missing`,
    figure: { name: "lost", value },
  };
}

function trialWith(change: Partial<TrialResult>, phase: Partial<PhaseResult> = {}): TrialResult {
  return { ...sample, marks: [], ...change, phases: sample.phases.map((one) => ({ ...one, ...phase })) };
}

/** The sample's rows are a second long; its measured phase is from the second to the eighth, undisturbed. */
const killed = (untilMs: number): TimelineMark => {
  return { atMs: 4000, untilMs, label: "redis-kill", fault: "redis-kill" };
};

describe("a target on what faults do", () => {
  test.each([
    ["lost == 0", trialWith({ checks: [lost(0)] }), "pass", /^lost is 0, as it must be\.$/],
    ["lost == 0", trialWith({ checks: [lost(3)] }), "fail", /^lost is 3, and must be 0\.$/],
    ["lost <= 5", trialWith({ checks: [lost(3)] }), "pass", /lost is 3, 40 % under its limit of 5/],
    ["lost == 0", trialWith({ checks: [] }), "inconclusive", /lost was not measured: not every trial/],
    ["duplicates == 0", trialWith({ checks: [lost(0)] }), "inconclusive", /duplicates was not measured/],
    [
      "availability > 99%",
      trialWith({}),
      "pass",
      /^availability is 100.%: none of the 1.% that may fail did\.$/,
    ],
    ["availability > 99.99%", trialWith({}), "inconclusive", /from 4.000 samples; at least \d/],
    [
      "availability > 99%",
      trialWith({}, { failed: 100, completed: 3900 }),
      "fail",
      /^availability is 97.5.%: 2\.5 times the 1.% that may fail did/,
    ],
    [
      "availability > 99.99%",
      trialWith({}, { failed: 10, completed: 3990 }),
      "fail",
      /^availability is 99.75.%/,
    ],
    [
      "availability > 99%",
      trialWith({}, { failed: 20, completed: 3980 }),
      "pass",
      /is 99.5.%: 50 % of the 1.% that may fail did/,
    ],
    ["availability > 99%", trialWith({}, { asked: 5000 }), "fail", /^availability is 80.%/],
    ["recovery < 1s", trialWith({ marks: [killed(5000)] }), "pass", /^recovery is 0.µs/],
    ["recovery < 1s", trialWith({ marks: [killed(5500)] }), "pass", /^recovery is 500.ms/],
    [
      "recovery < 1s",
      trialWith({ marks: [killed(7500)] }),
      "inconclusive",
      /had not come 500.ms after the end of a fault.*more time/,
    ],
    [
      "recovery < 400ms",
      trialWith({ marks: [killed(7500)] }),
      "fail",
      /had not come 500.ms after .* its limit is 400.ms\.$/,
    ],
    ["recovery < 1s", trialWith({}), "inconclusive", /recovery was not measured: it takes a fault/],
  ] as const)("%s is judged %s", (text, trial, outcome, sentence) => {
    const [verdict] = judgeTargets([rule(text)], [trial]);
    expect(verdict).toMatchObject({ outcome, sentence: expect.stringMatching(sentence) });
  });

  test("without data is never a pass", () => {
    for (const text of ["lost == 0", "duplicates < 9", "recovery < 10s", "availability > 1%"]) {
      expect(judgeTargets([rule(text)], [])[0]?.outcome).toBe("inconclusive");
    }
  });

  test("adds up what the trials lost, and takes the slowest recovery", () => {
    const trials = [2, 3].map((n) => trialWith({ checks: [lost(n)], marks: [killed(5000 + n * 100)] }));
    expect(judgeTargets([rule("lost < 9"), rule("recovery < 9s")], trials)).toMatchObject([
      { measured: 5 },
      { measured: 800_000 },
    ]);
    const withoutOne = [...trials, trialWith({ checks: [], marks: [] })];
    expect(judgeTargets([rule("lost < 9"), rule("recovery < 9s")], withoutOne)).toMatchObject([
      { outcome: "inconclusive" },
      { outcome: "inconclusive" },
    ]);
  });
});

describe("a check with a figure", () => {
  const outcomeOf = (text: string, value: number, invalid: readonly string[] = []) => {
    const trials = [trialWith({ checks: [lost(value)] })];
    return decideOutcome({ trials, verdicts: judgeTargets([rule(text)], trials), invalid }).outcome;
  };

  test("decides where no target is on it", () => {
    expect(outcomeOf("p50 < 1s", 3)).toBe("fail");
  });

  test("leaves the decision to the target on it", () => {
    expect(outcomeOf("lost < 5", 3)).toBe("pass");
    expect(outcomeOf("lost == 0", 3)).toBe("fail");
  });

  test("leaves the decision to a target on the metric that says the same", () => {
    const check = {
      name: "answers are right",
      ok: false,
      detail: "1 of 9 is wrong",
      metric: "error_rate",
    } as const;
    const trials = [trialWith({ checks: [check] })];
    const verdicts = judgeTargets([rule("error_rate < 50%")], trials);
    expect(decideOutcome({ trials, verdicts, invalid: [] }).outcome).toBe("pass");
    expect(decideOutcome({ trials, verdicts: [], invalid: ["too noisy"] }).outcome).toBe("fail");
    const [first] = trials[0]?.phases ?? [];
    const full = { ...trials[0], phases: first ? [first, { ...first, phase: "full" }] : [] } as TrialResult;
    const ofOnePhase = judgeTargets([rule("error_rate < 50% in steady")], [full]);
    expect(decideOutcome({ trials, verdicts: ofOnePhase, invalid: [] }).outcome).toBe("pass");
    expect(decideOutcome({ trials: [full], verdicts: ofOnePhase, invalid: [] }).outcome).toBe("fail");
  });

  test("outranks an invalid measurement where the target on it fails", () => {
    expect(outcomeOf("lost == 0", 3, ["too noisy"])).toBe("fail");
    expect(outcomeOf("lost < 5", 3, ["too noisy"])).toBe("invalid");
  });
});

describe("a run with faults", () => {
  const fault: Fault = { kind: "redis-kill", atMs: 2000, forMs: 1000 };
  const scenario = { target: { kind: "engine" }, targets: [], faults: [fault] } as unknown as Scenario;

  test("is valid where each took place", () => {
    expect(checkValidity(scenario, [trialWith({ marks: [killed(5000)] })], []).invalid).toEqual([]);
  });

  test("is invalid where one did not take place, and says why", () => {
    expect(checkValidity(scenario, [trialWith({})], []).invalid).toEqual(["0 of 1 faults took place"]);
    const { untilMs: _, ...begun } = killed(5000);
    const marks = [{ ...begun, problem: "could not be ended: no port" }];
    expect(checkValidity(scenario, [trialWith({ marks })], []).invalid).toEqual([
      "redis-kill could not be ended: no port",
    ]);
  });

  const busy = { hiccups: { count: 1, p50Micros: 1, p99Micros: 1, maxMicros: 1, lostRatio: 0.2 } };
  test.each([
    [
      ["lost == 0", "availability > 99%", "recovery < 5s"],
      true,
      "a pass stands that a busy machine can only worsen",
    ],
    [["lost == 0", "recovery < 100ms"], false, "a fail may be the machine's"],
    [["lost == 0", "p50 < 1s"], false, "a latency is judged as well"],
    [[], false, "nothing is judged"],
  ] as const)("with targets %j on a busy machine is valid: %s (%s)", (texts, isValid, _why) => {
    const trials = [trialWith({ checks: [lost(0)], marks: [killed(5500)] }, busy)];
    const targets = texts.map(rule);
    const { invalid, warnings } = checkValidity(
      { ...scenario, targets },
      trials,
      judgeTargets(targets, trials),
    );
    const noise = [expect.stringContaining("a thread that only sleeps lost")];
    expect({ invalid, noted: warnings.filter((text) => text.includes("only sleeps")) }).toEqual(
      isValid ? { invalid: [], noted: noise } : { invalid: noise, noted: [] },
    );
  });

  test("is not blamed for faults that an interrupt kept from taking place", () => {
    const failure = { kind: "interrupted", message: "the run was interrupted", stderr: "" } as const;
    expect(checkValidity(scenario, [trialWith({ status: "partial", failure })], []).invalid).toEqual([]);
  });
});
