import fc from "fast-check";
import type { Browser, BrowserContextOptions } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Comparison, ComparisonResult, MetricComparison } from "../../../src/measure/comparison.ts";
import { renderComparisonHtml } from "../../../src/publish/html/comparison/render-comparison-html.ts";
import { createHistogram } from "../../../src/stats/histogram.ts";
import { accessibilityProblems, launchChromium, openReport } from "../../support/report-page.ts";
import { sampleComparison } from "../../support/sample-comparison.ts";

const sample = renderComparisonHtml(sampleComparison());

function changed(
  result: ComparisonResult,
  change: (one: Comparison) => Partial<Comparison>,
): ComparisonResult {
  return { ...result, comparisons: result.comparisons.map((one) => ({ ...one, ...change(one) })) };
}

describe("the report of a comparison as text", () => {
  test("has the same bytes for the same result", () => {
    expect(renderComparisonHtml(sampleComparison())).toBe(sample);
  });

  test("escapes whatever a user can name", () => {
    const evil = `</script><script>alert(1)</script><img src=x onerror="alert('2')">&`;
    const text = renderComparisonHtml(sampleComparison({ text: evil }));
    expect(text).not.toContain("<script>alert");
    expect(text).not.toContain("<img");
    expect(text.match(/<script/g)).toHaveLength(2);
  });

  test("never shows what is no number, whatever is missing", () => {
    fc.assert(
      fc.property(oddComparison, (result) => {
        const shown = renderComparisonHtml(result)
          .replaceAll(/<script.*?<\/script>/gs, "")
          .replaceAll(/<style.*?<\/style>/gs, "");
        expect(shown).not.toMatch(/NaN|undefined|Infinity|\bnull\b|\bfalse\b/);
      }),
      { numRuns: 40 },
    );
  });

  test("stays small for many scenarios and many pairs", () => {
    const result = sampleComparison({ pairs: 200 });
    const many = Array.from({ length: 40 }, () => result.comparisons).flat();
    expect(renderComparisonHtml({ ...result, comparisons: many }).length).toBeLessThan(2_000_000);
    expect(renderComparisonHtml(result).length).toBeLessThan(400_000);
  });
});

const empty = createHistogram().encode();
const without = ({ base: _b, candidate: _c, estimate: _e, interval: _i, ...metric }: MetricComparison) =>
  metric;

/** Comparisons with pieces missing: no pairs, nothing measured, no metrics, no latencies, no margin, a broken one. */
const oddComparison = fc
  .record({
    pairs: fc.constantFrom(0, 1, 2, 27),
    kind: fc.constantFrom("ab" as const, "gate" as const),
    damage: fc.integer({ min: 0, max: 6 }),
  })
  .map(({ pairs, kind, damage }): ComparisonResult => {
    const result = sampleComparison({ pairs, kind });
    if (damage === 1) return { ...result, comparisons: [], outcome: "setup_failed" };
    return changed(result, ({ metrics, candidatePhases }) => {
      if (damage === 2) return { metrics: [], outcome: "invalid", invalid: ["It was busy."] };
      if (damage === 3) return { metrics: metrics.map((one) => ({ ...without(one), perPair: [] })) };
      if (damage === 4)
        return {
          basePhases: [],
          candidatePhases: candidatePhases.map((one) => ({ ...one, response: empty })),
        };
      if (damage === 5) return { metrics: metrics.map((one) => ({ ...one, margin: 0 })), design: "baseline" };
      if (damage === 6)
        return { metrics: metrics.map((one) => ({ ...one, estimate: 1e9, perPair: [1e9, 0] })) };
      return {};
    });
  });

describe("the report of a comparison in Chromium", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());
  const open = (options: BrowserContextOptions = {}, text = sample) => openReport(browser, text, options);

  test("shows an A/B comparison without a verdict, accessible too", async () => {
    const { page } = await open({}, renderComparisonHtml(sampleComparison({ kind: "ab" })));
    expect(await page.locator(".badge b").innerText()).toBe("Compared");
    expect(await page.locator(".tally").innerText()).toMatch(/3 worse\s*3 inconclusive\s*3 same\s*2 better/);
    expect(await accessibilityProblems(page)).toEqual([]);
  });

  test("draws each metric on one axis: worse to the right, decided filled, within reach of its margin", async () => {
    const { page } = await open();
    const plots = page.locator("#s1 .forest .plot[role=img]");
    expect(await plots.count()).toBe(8);
    const zero = await placeOf(plots.nth(0).locator("line.zero"));
    const diamonds = page.locator("#s1 .forest .plot path[d^='M-6,0L']");
    // In order: p50 fails, p99 is open, throughput is 1.5 % lower (which is worse), error_rate is the same.
    for (const i of [0, 1, 2, 3]) expect(await placeOf(diamonds.nth(i))).toBeGreaterThan(zero);
    // CPU per operation is better.
    expect(await placeOf(diamonds.nth(6))).toBeLessThan(zero);
    expect(await diamonds.nth(0).getAttribute("fill")).toBe("var(--vc)");
    expect(await diamonds.nth(1).getAttribute("fill")).toBe("var(--card)");
    expect(await page.locator("#s1 .forest .plot desc").first().textContent()).toContain(
      "slower: +8.0\u202f%",
    );
  });

  test("draws one dot a pair, and ends the running estimate at the estimate", async () => {
    const { page } = await open();
    const chart = page.locator("#s1 svg", { has: page.locator("title", { hasText: "Pair by pair" }) });
    expect(await chart.locator("circle").count()).toBe(27);
    const table = page
      .locator("#s1 .card", { has: page.locator("h2", { hasText: "Pair by pair" }) })
      .locator("tbody tr");
    expect(await table.count()).toBe(27);
    expect(await table.last().locator("td").last().textContent()).toMatch(/^\+[78]\.\d\u202f%$/);
  });

  test("hides no pill behind a name on a phone", async () => {
    const { page } = await open({ viewport: { width: 390, height: 844 } });
    const row = page.locator("#s1-metrics tbody tr", { hasText: "within margin" });
    const pill = await row.locator(".pill").boundingBox();
    const name = await row.locator("td b").first().boundingBox();
    expect((pill?.y ?? 0) + (pill?.height ?? 0)).toBeLessThanOrEqual(name?.y ?? 0);
  });

  test("reads without JavaScript", async () => {
    const { page } = await open({ javaScriptEnabled: false });
    expect(await page.locator("h1").innerText()).toBe("Gate");
    expect(await page.locator("svg[role=img]").count()).toBeGreaterThan(12);
    await page.locator("summary", { hasText: "Show as table" }).first().click();
    expect(await page.locator("details[open] table").first().isVisible()).toBe(true);
  });

  test("gives the data for download", async () => {
    const { page } = await open();
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download JSON" }).click();
    expect((await download).suggestedFilename()).toBe("gate.json");
  });
});

/** The middle of a mark on the screen. */
async function placeOf(mark: {
  boundingBox(): Promise<{ x: number; width: number } | null>;
}): Promise<number> {
  const box = await mark.boundingBox();
  return box === null ? Number.NaN : box.x + box.width / 2;
}
