import fc from "fast-check";
import { parse, type TestSuite, type TestSuites } from "junit2json";
import { describe, expect, test } from "vitest";
import type { ComparisonResult } from "../../../src/measure/comparison.ts";
import { renderJunit } from "../../../src/publish/comparison/junit.ts";
import { sampleComparison } from "../../support/sample-comparison.ts";

async function parsed(result: ComparisonResult): Promise<TestSuites & { testsuite: TestSuite[] }> {
  return (await parse(renderJunit(result))) as TestSuites & { testsuite: TestSuite[] };
}

/** The first comparison of the sample, changed. */
function withFirst(change: Partial<ComparisonResult["comparisons"][number]>): ComparisonResult {
  const result = sampleComparison();
  return {
    ...result,
    comparisons: result.comparisons.map((one, i) => (i === 0 ? { ...one, ...change } : one)),
  };
}

describe("junit.xml", () => {
  test("has a suite for each scenario, counted, with its environment", async () => {
    const { testsuite, tests, failures, errors } = await parsed(sampleComparison());
    expect(testsuite.map(({ name, tests: n, failures: f, skipped }) => [name, n, f, skipped])).toEqual([
      ["publish-steady", 8, 2, 1],
      ["read-mix", 5, 0, 0],
    ]);
    expect([tests, failures, errors]).toEqual([13, 2, 0]);
    expect(testsuite[0]?.properties).toContainEqual({
      name: "CPU",
      value: "AMD EPYC 7763 64-Core Processor · 2 cores",
    });
  });

  test("fails a case with the sentence, skips what is inconclusive, and passes the rest with figures", async () => {
    const { testsuite } = await parsed(sampleComparison());
    const cases = new Map(testsuite[0]?.testcase?.map((one) => [one.name, one]));
    expect(cases.get("p50 in steady")?.failure?.[0]).toMatchObject({
      type: "regression",
      message: expect.stringContaining("is slower: +8.0\u202f%"),
    });
    expect(cases.get("p99 in steady")?.skipped?.[0]?.message).toMatch(/about 95 pairs/);
    expect(cases.get("target p99 <= 2ms in steady")?.failure?.[0]?.type).toBe("target");
    const passed = cases.get("throughput in steady");
    expect([passed?.failure, passed?.skipped, passed?.error]).toEqual([undefined, undefined, undefined]);
    expect(passed?.["system-out"]?.[0]?.replaceAll("\u202f", " ")).toMatch(
      /48 210\/s → 47 510\/s: −1.5 % \[/,
    );
    // Shown only, so no case.
    expect(cases.has("p90 in steady")).toBe(false);
  });

  test.each(["invalid", "setup_failed", "interrupted"] as const)(
    "has an error and no failed metric where a scenario is %s",
    async (outcome) => {
      const { testsuite, errors } = await parsed(withFirst({ outcome, reason: "The machine was busy." }));
      const cases = testsuite[0]?.testcase ?? [];
      expect(errors).toBe(1);
      expect(cases[0]?.error?.[0]).toMatchObject({ type: outcome, message: "The machine was busy." });
      expect(cases.find(({ name }) => name === "p50 in steady")?.skipped).toHaveLength(1);
    },
  );

  test.each([
    ["fail", "failure"],
    ["inconclusive", "skipped"],
  ] as const)("never passes a scenario that is %s though no other case is", async (outcome, element) => {
    const { testsuite } = await parsed(
      withFirst({ outcome, reason: "It crashed.", metrics: [], verdicts: [] }),
    );
    expect(testsuite[0]?.testcase?.[0]?.[element]?.[0]?.message).toBe("It crashed.");
  });

  test("has one case with the reason where nothing could be compared", async () => {
    const result = sampleComparison();
    const { testsuite } = await parsed({
      ...result,
      comparisons: [],
      outcome: "setup_failed",
      reason: "No base.",
    });
    expect(testsuite[0]?.testcase?.[0]?.error?.[0]?.message).toBe("No base.");
  });

  test("is well-formed and keeps the texts, whatever a user can name", async () => {
    const odd = fc.string({ unit: "binary" });
    await fc.assert(
      fc.asyncProperty(odd, async (text) => {
        const xml = renderJunit(sampleComparison({ text, pairs: 1 }));
        expect(xml).not.toMatch(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u);
        const suites = (await parse(xml)) as TestSuites;
        expect(suites.testsuite).toHaveLength(2);
      }),
      { numRuns: 60 },
    );
    const { testsuite } = await parsed(sampleComparison({ text: `a<b>&"c'\u0000\u0007 ]]>\uFFFF\n😀` }));
    expect(testsuite[0]?.properties?.[0]?.value).toBe(`a<b>&"c' ]]>\n😀`);
  });
});
