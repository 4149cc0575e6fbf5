import { describe, expect, test } from "vitest";
import { type Examination, makeDoctorResult } from "../../../src/judge/doctor/doctor-result.ts";
import type { Comparison } from "../../../src/measure/comparison.ts";
import { renderDoctor } from "../../../src/publish/terminal/doctor.ts";
import { createColours } from "../../../src/publish/terminal/symbols.ts";
import { sampleMetric, sampleTwins } from "../../support/sample-twins.ts";

const calm: Examination = {
  machine: { facts: { hasProc: true, clockSource: "tsc" }, cores: 4 },
  process: { env: {}, execArgv: [], isInspected: false, hasTaskset: true, redis: "redis-server" },
  seen: {
    quiet: { tookMs: 2000, busiest: [], cpuWaitRatio: 0 },
    whole: { tookMs: 32_000, busiest: [], otherCpuRatio: 0.01, stealRatio: 0 },
    hiccups: { count: 2000, p50Micros: 60, p99Micros: 120, maxMicros: 900, lostRatio: 0 },
  },
};

const twins = sampleTwins([
  sampleMetric("p50", { sd: 0.02 }),
  sampleMetric("throughput", { sd: 0.06, seed: 2 }),
  sampleMetric("p99", { sd: 0.1, seed: 3, margin: 0.1 }),
]);

const withTwins = (comparison: Comparison): Examination => ({ ...calm, comparison });

describe("dyno doctor's result", () => {
  test("on a calm machine says what can be seen and what a margin needs, and exits with 0", () => {
    const result = makeDoctorResult(withTwins(twins));
    expect(result.exitCode).toBe(0);
    expect(new Set(result.findings.map(({ level }) => level))).toEqual(new Set(["ok"]));
    expect(result.noise).toMatchObject({ scenario: "doctor", pairs: 12, pairMs: 2000 });
    expect(result.conclusion).toMatch(
      /^This machine can see a \S+\u202f% slowdown of p50 in 60\u202fs; a margin of 5\u202f% needs about \d+\u202fs per scenario \(throughput\)\.$/,
    );
  });

  test("puts what is bad first, names it in the end, and exits with 3", () => {
    const machine = { facts: { hasProc: true, quotaCores: 1, clockSource: "hpet" }, cores: 4 };
    const result = makeDoctorResult({ ...withTwins(twins), machine });
    expect(result.findings.slice(0, 2).map(({ name }) => name)).toEqual(["cores", "clock source"]);
    expect(result.conclusion).toMatch(
      /^Figures from here prove little until this is mended: cores\. This machine/,
    );
    expect(result.exitCode).toBe(3);
  });

  test.each([
    [{ ...calm, problem: "doctor could not be measured: no target" }, "no target"],
    [withTwins(sampleTwins([], { outcome: "setup_failed", reason: "Redis is gone." })), "Redis is gone."],
    [withTwins(sampleTwins([sampleMetric("p50", { pairs: 3 })], { pairs: 3 })), "and 3 fitted into the time"],
  ])("is bad without a noise floor, and says why (%#)", (examination, reason) => {
    const result = makeDoctorResult(examination);
    expect(result.findings[0]).toMatchObject({ name: "noise floor", level: "bad" });
    expect(result.findings[0]?.sentence).toContain(reason);
    expect(result.conclusion).toContain("What this machine can see was not measured.");
  });

  test("warns where two equal variants came out different", () => {
    const worse = sampleMetric("p50", { verdict: "worse", sentence: "p50 is 3 % slower." });
    const [first] = makeDoctorResult(withTwins(sampleTwins([worse]))).findings;
    expect(first).toMatchObject({ name: "equal twins", level: "warn" });
    expect(first?.sentence).toContain("p50 is 3 % slower.");
  });

  test("speaks of a loss where it is the throughput that is judged", () => {
    const throughput = sampleTwins([sampleMetric("throughput", { sd: 0.03 })]);
    expect(makeDoctorResult(withTwins(throughput)).conclusion).toMatch(
      / can see a \S+\u202f% loss of throughput in /,
    );
  });

  test("says where a budget cannot show anything", () => {
    const slow = sampleTwins([sampleMetric("p50")], { tookMs: 240_000 });
    const { conclusion } = makeDoctorResult(withTwins(slow));
    expect(conclusion).toMatch(
      /^In 60\u202fs this machine cannot show that p50 is worse; a margin of 5\u202f% needs/,
    );
  });

  test("is shown with findings to act on in whole sentences, and a table of noise floors", () => {
    const process = { ...calm.process, hasTaskset: false };
    const text = renderDoctor(makeDoctorResult({ ...withTwins(twins), process }), createColours(false));
    expect(text).toContain("  · pinning: no taskset. The processes of a pair move between cores");
    expect(text).toMatch(
      /noise floor +spread +seen in 20\u202fs +seen in 60\u202fs +seen in 5\u202fmin +margin +needs/,
    );
    expect(text).toMatch(/p99 full \(not judged\)/);
    expect(text).toContain("12 pairs of equal processes on doctor, 2\u202fs each");
    expect(text.trimEnd().split("\n").at(-1)).toMatch(/^This machine can see/);
  });
});
