import { describe, expect, test } from "vitest";
import type { ComparisonResult } from "../../../src/measure/comparison.ts";
import { renderAnnotations } from "../../../src/publish/comparison/annotations.ts";
import { sampleComparison } from "../../support/sample-comparison.ts";

const lines = (result: ComparisonResult): string[] => renderAnnotations(result).trim().split("\n");

describe("annotations", () => {
  test("name the failed metric at its file and the failed target at its line, then warn of what is open", () => {
    expect(lines(sampleComparison())).toEqual([
      "::error file=scenarios/publish-steady.yaml,line=1,title=publish-steady%3A p50 in steady::p50 in steady is slower: +8.0\u202f%25 ([+6.7, +9.4], 99.75\u202f%25 confidence), from 412\u202fµs to 445\u202fµs; the margin is 5\u202f%25.",
      expect.stringContaining("line=17,col=5,title=publish-steady%3A p99 <= 2ms in steady::"),
      expect.stringMatching(/^::warning file=.*title=publish-steady%3A p99 in steady::/),
    ]);
  });

  test("say nothing of an A/B comparison's metrics", () => {
    const result = sampleComparison({ kind: "ab" });
    const unjudged = result.comparisons.map((one) => ({ ...one, verdicts: [] }));
    expect(renderAnnotations({ ...result, comparisons: unjudged })).toBe("");
  });

  test("keep odd texts inside their command", () => {
    const text = "a,b:c%0A\r\n::error::x";
    for (const line of lines(sampleComparison({ text }))) {
      expect(line).toMatch(/^::(error|warning) file=a%2Cb%3Ac%250A%0D%0A%3A%3Aerror%3A%3Ax,line=\d+/);
    }
  });

  test("are nine of a kind at the most, and one that counts the rest", () => {
    const result = sampleComparison();
    const many = Array.from({ length: 12 }, () => result.comparisons).flat();
    const all = lines({ ...result, comparisons: many });
    expect(all.filter((line) => line.startsWith("::error"))).toHaveLength(10);
    expect(all[9]).toBe("::error title=dyno::15 more: see the summary of this job");
    expect(all.filter((line) => line.startsWith("::warning"))).toHaveLength(10);
  });

  test("tell why a scenario failed where no metric, target or check did", () => {
    const result = sampleComparison();
    const bare = (outcome: "fail" | "inconclusive"): ComparisonResult => ({
      ...result,
      comparisons: result.comparisons
        .slice(0, 1)
        .map((one) => ({ ...one, outcome, reason: "It crashed.", metrics: [], verdicts: [] })),
    });
    const at = "file=scenarios/publish-steady.yaml,line=1,title=publish-steady";
    expect(lines(bare("fail"))).toEqual([`::error ${at}%3A fail::It crashed.`]);
    expect(lines(bare("inconclusive"))).toEqual([`::warning ${at}%3A inconclusive::It crashed.`]);
  });

  test("are errors for what is inconclusive, where that fails the gate", () => {
    const result = sampleComparison();
    const failing = { ...result, outcome: "inconclusive" as const, exitCode: 3 };
    const open = lines(failing).find((line) => line.includes("p99 in steady"));
    expect(open).toMatch(/^::error /);
    expect(lines({ ...failing, exitCode: 0 }).find((line) => line.includes("p99 in steady"))).toMatch(
      /^::warning /,
    );
  });

  test("tell of a scenario that could not be measured, and of a gate that compared nothing", () => {
    const result = sampleComparison();
    const [first] = result.comparisons;
    const broken = first && { ...first, outcome: "invalid" as const, reason: "Too noisy." };
    expect(lines({ ...result, comparisons: broken ? [broken] : [] })).toEqual([
      "::error file=scenarios/publish-steady.yaml,line=1,title=publish-steady%3A invalid::Too noisy.",
    ]);
    expect(
      lines({ ...result, comparisons: [], outcome: "setup_failed", reason: "The base does not build." }),
    ).toEqual(["::error title=dyno gate::The base does not build."]);
  });
});
