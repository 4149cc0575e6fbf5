import fc from "fast-check";
import type { Browser, BrowserContextOptions } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { HistoryLine } from "../../src/judge/history/history-line.ts";
import { makeTrend } from "../../src/judge/history/trend.ts";
import { renderTrendHtml } from "../../src/publish/html/trend/render-trend-html.ts";
import { createColours } from "../../src/publish/terminal/symbols.ts";
import { renderTrend, sparkline } from "../../src/publish/terminal/trend.ts";
import { launchChromium, openReport } from "../support/report-page.ts";
import { sampleHistory, slowSlide } from "../support/sample-history.ts";

const trendOf = (lines: readonly HistoryLine[], warnings: readonly string[] = []) =>
  makeTrend({
    scenario: lines[0]?.scenario ?? "",
    lines,
    warnings,
    command: "npx dyno trend steady",
    dynoVersion: "0.1.0",
  });

const sliding = trendOf(sampleHistory({ runs: 56, p50: slowSlide, noise: 0.004 }));
const plain = createColours(false);

describe("a trend in the terminal", () => {
  const text = renderTrend(sliding, { report: "reports/trend-steady.html" }, plain);

  test("begins with what matters most, and ends with the page and the command", () => {
    expect(text).toMatch(/^WORSE {2}steady {2}\w+ in full: slower, /);
    expect(text).toMatch(/report {2}reports\/trend-steady\.html\n {2}again {3}npx dyno trend steady\n$/);
  });

  test("shows each metric's course, first and last level and drift", () => {
    expect(text).toMatch(/p50 in full +[▁▂▃▄▅▆▇█]{28} +56 runs +20\d.µs +22\d.µs +\+\d+\.\d.% +\d/);
    expect(text).toMatch(/error_rate in full +▁+ +56 runs +0.% +0.%\n/);
  });

  test("lists the levels of a metric that changed, each from where on, how large the change was and how sure", () => {
    expect(text).toMatch(/ {2}p50 in full\n {2}level since +runs +typical +change +p\n/);
    expect(text).toMatch(/1a\w{8} +2026-\d\d-\d\d +\d+ +2\d\d.µs +\+\d\.\d.% +0\.0\d\d\n/);
  });

  test("shows what was left out", () => {
    const noted = trendOf(sampleHistory(), ["h:3: the line is truncated, and is left out"]);
    expect(renderTrend(noted, {}, plain)).toContain("! h:3: the line is truncated, and is left out");
  });
});

describe("a sparkline", () => {
  test("goes from the least to the greatest value", () => {
    expect(sparkline([1, 2, 3, 4, 5, 6, 7, 8])).toBe("▁▂▃▄▅▆▇█");
    expect(sparkline([0, 0, 0])).toBe("▁▁▁");
  });

  test("is as wide as asked for at most, and shows what is within 1 % as nearly flat", () => {
    expect(sparkline(Array.from({ length: 500 }, (_, i) => i)).length).toBeLessThanOrEqual(40);
    expect(new Set(sparkline([1000, 1001, 1000, 1001])).size).toBeLessThanOrEqual(2);
    expect(sparkline([1000, 1001, 1000, 1001])).not.toContain("█");
  });
});

describe("a trend as a page", () => {
  test("has the same bytes for the same trend", () => {
    expect(renderTrendHtml(sliding)).toBe(renderTrendHtml(sliding));
  });

  test("has every run as a dot with its revision, time, value and interval", () => {
    const page = renderTrendHtml(sliding);
    expect(page.match(/<circle/g)).toHaveLength(56 * 5);
    expect(page).toMatch(
      /<title>1a2b3c4d5e · 2026-01-01 08:00 UTC · 2\d\d.µs, 95 % CI 1\d\d.µs to 20\d.µs<\/title>/,
    );
  });

  test("has a pill for each change, and a band for each level", () => {
    const page = renderTrendHtml(sliding);
    const changes = sliding.series.flatMap((series) => series.changes).length;
    const levels = sliding.series.flatMap((series) => series.levels).length;
    expect(page.match(/rx="10"/g)).toHaveLength(changes);
    expect(page.match(/<title>level of /g)).toHaveLength(levels);
  });

  test("escapes whatever a user can name", () => {
    const evil = `</script><script>alert(1)</script><img src=x onerror="alert('2')">&`;
    const lines = sampleHistory({ scenario: evil, p50: slowSlide }).map((line) => ({
      ...line,
      revision: evil,
      metrics: line.metrics.map((metric) => ({ ...metric, phase: evil })),
    }));
    const page = renderTrendHtml(trendOf(lines, [evil]));
    expect(page).not.toContain("<script>alert");
    expect(page).not.toContain("<img");
    expect(page.match(/<script/g)).toHaveLength(2);
  });

  test("never shows what is no number, whatever the values", () => {
    const history = fc
      .record({
        runs: fc.integer({ min: 1, max: 14 }),
        value: fc.constantFrom(0, 1e-3, 5e8, -1),
        isBare: fc.boolean(),
      })
      .map(({ runs, value, isBare }): HistoryLine[] =>
        sampleHistory({ runs }).map(({ revision, load, ...line }, i) => ({
          ...line,
          ...(isBare ? {} : { revision: revision ?? "", load: load ?? "" }),
          metrics:
            isBare && i === 0
              ? []
              : line.metrics.map(({ low: _, high: __, ...metric }) => ({ ...metric, value })),
        })),
      );
    fc.assert(
      fc.property(history, (lines) => {
        const shown = renderTrendHtml(trendOf(lines))
          .replaceAll(/<script.*?<\/script>/gs, "")
          .replaceAll(/<style.*?<\/style>/gs, "");
        expect(shown).not.toMatch(/NaN|undefined|Infinity|\bnull\b/);
        expect(renderTrend(trendOf(lines), {}, plain)).not.toMatch(/NaN|undefined|Infinity|\bnull\b/);
      }),
      { seed: 4, numRuns: 40 },
    );
  });
});

describe("the page in Chromium", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());

  const open = (options: BrowserContextOptions) => openReport(browser, renderTrendHtml(sliding), options);

  test("reads without JavaScript, its values as a table too", async () => {
    const { page } = await open({ javaScriptEnabled: false });
    await page.locator("summary", { hasText: "Show as table" }).first().click();
    expect(await page.locator("details[open] tbody tr").count()).toBe(56);
  });
});
