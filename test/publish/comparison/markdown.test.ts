import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ComparisonResult } from "../../../src/measure/comparison.ts";
import { renderMarkdown } from "../../../src/publish/comparison/markdown.ts";
import { sampleComparison } from "../../support/sample-comparison.ts";

const plain = (text: string): string => text.replaceAll(/[\u202f\u00a0]/g, " ");
const mostBytes = 65_536;

describe("summary.md", () => {
  const text = plain(renderMarkdown(sampleComparison()));

  test("opens with the verdict and the reason", () => {
    expect(text).toMatch(
      /^<!-- dyno gate -->\n\n## ❌ Fail: gate\n\npublish-steady: p50 in steady is slower: \+8\.0.%/,
    );
    expect(renderMarkdown(sampleComparison({ kind: "ab" }))).toContain("## ⚖️ Compared: publish-steady");
  });

  test("has the failed scenario first, and in its table the failed metric first", () => {
    const result = sampleComparison();
    const turned = renderMarkdown({ ...result, comparisons: result.comparisons.toReversed() });
    expect(turned.indexOf("### ❌ publish-steady")).toBeLessThan(turned.indexOf("### ✅ read-mix"));
    expect(text).toMatch(
      /verdict \|\n.*---.*\n\| p50 in steady \| 412 µs \| 445 µs \| \*\*\+8\.0 %\*\* \\\[\+6\.7, \+9\.4\\\] \| 5 % \| ❌ slower \|\n\| p99 in steady /,
    );
  });

  test("folds away what is only shown, and the environment; tells how to reproduce", () => {
    expect(text).toContain("<details><summary>4 more metrics, shown and not judged</summary>\n\n| metric |");
    expect(text).toContain("```sh\nnpx dyno gate --base origin/main --seed 7\n```");
    expect(text).toContain("| Governor | powersave |");
  });

  test("keeps odd texts from making markup, rows or mentions", () => {
    const odd = renderMarkdown(sampleComparison({ text: "a|b`c<img src=x>\n# d @octocat" }));
    const outsideCode = odd.replaceAll(/^```[\s\S]*?^```|``[^\n]*?``/gm, "");
    expect(outsideCode).not.toMatch(/<img|@octocat|^# d/m);
    expect(odd).toContain("a\\|b\\`c&lt;img src=x&gt; \\# d @\u200boctocat");
    const cells = odd.split("\n").filter((line) => line.startsWith("| ") && line.includes("µs"));
    for (const row of cells) expect(row.match(/(?<!\\)\|/g)).toHaveLength(7);
  });

  test("fits into a comment whatever there is to say, and counts what it leaves out", () => {
    const many = (result: ComparisonResult, count: number): ComparisonResult => ({
      ...result,
      warnings: Array.from({ length: 40 }, () => result.reason),
      comparisons: Array.from({ length: count }, () => result.comparisons).flat(),
    });
    const long = renderMarkdown(many(sampleComparison(), 50));
    expect(Buffer.byteLength(long)).toBeLessThan(mostBytes);
    expect(long).toMatch(/_\d+ more scenarios: see report\.html\._/);
    expect(long).toContain("_35 more: see report.html._");
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("<", "`", "|", "é", "\n", "x"), minLength: 3000, maxLength: 4000 }),
        (odd) => {
          const bounded = renderMarkdown(many(sampleComparison({ text: odd, pairs: 1 }), 2));
          expect(Buffer.byteLength(bounded)).toBeLessThan(mostBytes);
          expect(bounded).toContain("### ❌");
        },
      ),
      { numRuns: 10 },
    );
  });
});
