import { expect, test } from "vitest";
import { renderComparison } from "../../../src/publish/comparison/terminal.ts";
import { createColours } from "../../../src/publish/terminal/symbols.ts";
import { sampleComparison } from "../../support/sample-comparison.ts";

const colours = createColours(false);
const shown = (...args: Parameters<typeof sampleComparison>): string =>
  renderComparison(sampleComparison(...args), { report: "r/report.html" }, colours).replaceAll("\u202f", " ");

test("the summary of a gate opens with the verdict, then each scenario's metrics, failures first", () => {
  const text = shown();
  expect(text).toMatch(/^FAIL {2}gate {2}publish-steady: p50 in steady is slower: \+8\.0.%/);
  expect(text).toMatch(
    /verdict\n {2}✗ p50 in steady +412 µs +445 µs +\+8\.0.% +\[\+6\.7, \+9\.4\] +5 % {2}slower\n/,
  );
  expect(text).toMatch(/\? p99 in steady .* 10 % {2}inconclusive\n/);
  expect(text).toMatch(/✓ throughput in steady .* slower, within margin\n/);
  expect(text).toMatch(/✓ error_rate in steady .*\+0\.01 points +\[−0\.01, \+0\.03\] +0\.1 points {2}same\n/);
  expect(text).toMatch(/✓ p99 in mixed .* within margin\n/);
  expect(text).toContain("PASS  read-mix  base: commit 1a2b3c4d5e (origin/main) → head: commit 9f2c4b71de\n");
});

test("the summary says what failed and is open, what could have been seen, and how to do it again", () => {
  const text = shown();
  expect(text).toContain("  ? p99 in steady is not decided after 27 pairs: +6.5 %");
  expect(text).toContain("· 27 pairs in 52.3 s of a budget of 60 s; it stopped when the answer was known.\n");
  expect(text).toContain("in 95 % of such runs: throughput in steady 1.3 %, p50 in steady 1.8 %");
  expect(text).toMatch(/report {2}r\/report\.html\n {2}again {3}npx dyno gate/);
});

test("the summary of an A/B comparison gives no verdict, and marks no metric as failed", () => {
  const text = shown({ kind: "ab" });
  expect(text).toMatch(/^COMPARED {2}publish-steady/);
  expect(text).toMatch(/· p50 in steady .* slower\n/);
  expect(text).not.toMatch(/✗ p50 in|FAIL|PASS/);
});

test("a metric that was not measured has dashes", () => {
  const result = sampleComparison();
  const comparisons = result.comparisons.map((one) => ({
    ...one,
    metrics: one.metrics.map(({ base: _b, candidate: _c, estimate: _e, interval: _i, ...metric }) => metric),
  }));
  const text = renderComparison({ ...result, comparisons }, {}, colours);
  expect(text).toMatch(/p50 in steady +– +– +–/);
  expect(text).not.toMatch(/NaN|undefined/);
});

test("a check that every process made is one line, which counts those where it did not hold", () => {
  const result = sampleComparison({ pairs: 3 });
  const check = { name: "nothing lost", ok: true, detail: "9 of 9" };
  const withChecks = (oks: readonly boolean[]): string =>
    renderComparison(
      {
        ...result,
        comparisons: result.comparisons.map((one) => ({
          ...one,
          checks: oks.map((ok, i) => ({ ...check, ok, detail: `${i} lost` })),
        })),
      },
      {},
      colours,
    );
  expect(withChecks([true, true, true])).toContain(
    "✓ nothing lost: in each of 3 processes; in the first: 0 lost\n",
  );
  expect(withChecks([true, false, true])).toContain(
    "✗ nothing lost: not in 1 of 3 processes; in the first of them: 1 lost\n",
  );
  expect(withChecks([false])).toContain("✗ nothing lost: 0 lost\n");
});
