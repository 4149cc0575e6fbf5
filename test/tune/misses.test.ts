import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isWithin } from "../../src/judge/targets.ts";
import type { TargetRule } from "../../src/scenario/scenario.ts";
import { parseTargetRule } from "../../src/scenario/target-rule.ts";
import { missOf, readMisses } from "../../src/tune/misses.ts";
import { sampleArm, sampleArmPhase } from "../support/sample-arm.ts";

function rule(text: string): TargetRule {
  const parsed = parseTargetRule(text, ["steady", "full"]);
  if ("message" in parsed) throw new Error(parsed.message);
  return { ...parsed, line: 1, column: 1 };
}

describe("how far a target is missed", () => {
  test.each([
    ["p99 <= 1ms", 2000, Math.log(2)],
    ["p99 <= 1ms", 500, -Math.log(2)],
    ["p99 <= 1ms", 1000, 0],
    ["p99 < 1ms", 1000, 1e-9],
    ["throughput >= 50k/s", 25_000, Math.log(2)],
    ["throughput >= 50k/s", 100_000, -Math.log(2)],
    ["throughput > 50k/s", 50_000, 1e-9],
    ["throughput >= 50k/s", 0, 10],
    ["error_rate <= 1%", 0, Math.log(0.1 / 1.1)],
    ["error_rate <= 1%", 0.021, Math.log(2)],
    ["error_rate <= 0%", 0, 0],
    ["error_rate <= 0%", 1e-5, Math.log(2)],
    ["cpu_per_op < 40us", 20, -Math.log(2)],
    ["rss <= 100MB", 200e6, Math.log(2)],
  ])("%s: %d is missed by %d", (text, value, missed) => {
    expect(missOf(rule(text), value)).toBeCloseTo(missed, 9);
  });

  test("is above 0 exactly where the rule does not hold, and always a number", () => {
    const limits = fc.oneof(fc.constant(0), fc.double({ min: 1e-9, max: 1e9, noNaN: true }));
    fc.assert(
      fc.property(
        fc.constantFrom("<", "<=", "==", ">", ">=" as const),
        fc.constantFrom("error_rate", "throughput", "rss" as const),
        limits,
        fc.double({ min: 0, max: 1e12, noNaN: true }),
        fc.boolean(),
        (op, kind, limit, other, isExact) => {
          const value = isExact ? limit : other;
          const own = { ...rule("error_rate <= 1%"), op, metric: { kind }, limit } as TargetRule;
          const missed = missOf(own, value);
          expect(Math.abs(missed)).toBeLessThanOrEqual(10);
          expect(missed > 0).toBe(!isWithin(own, value));
        },
      ),
    );
  });

  test("grows with the latency", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1, max: 1e7, noNaN: true }),
        fc.double({ min: 1, max: 1e7, noNaN: true }),
        (a, b) => {
          const own = rule("p99 <= 1ms");
          expect(missOf(own, Math.max(a, b))).toBeGreaterThanOrEqual(missOf(own, Math.min(a, b)));
        },
      ),
    );
  });
});

describe("the misses of an arm", () => {
  const steady = sampleArmPhase(500, { phase: "steady" });
  const full = sampleArmPhase(2000, { failed: 1000 });

  test("are read in the phase of the rule, or over all phases together", () => {
    const rules = ["p50 <= 1ms in steady", "p50 <= 1ms in full", "error_rate <= 1%"].map(rule);
    const { misses = [] } = readMisses(rules, sampleArm(steady, full));
    expect(misses[0]).toBeCloseTo(-Math.log(2), 2);
    expect(misses[1]).toBeCloseTo(Math.log(2), 2);
    expect(misses[2]).toBeCloseTo(Math.log((1 / 3 + 0.001) / 0.011), 9);
  });

  test("say which rule has no value where nothing was completed", () => {
    const rules = ["error_rate <= 1%", "p50 <= 1ms in full"].map(rule);
    const empty = sampleArmPhase(500, { completed: 0, failed: 10 });
    expect(readMisses(rules, sampleArm(steady, empty)).missing?.text).toBe(rules[1]?.text);
  });
});
