import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeTrend } from "../../../src/judge/history/trend.ts";
import { renderComparisonHtml } from "../../../src/publish/html/comparison/render-comparison-html.ts";
import { renderHtml } from "../../../src/publish/html/render-html.ts";
import { renderTrendHtml } from "../../../src/publish/html/trend/render-trend-html.ts";
import { renderTuneHtml } from "../../../src/publish/html/tune/render-tune-html.ts";
import { accessibilityProblems, launchChromium, openReport } from "../../support/report-page.ts";
import { sampleComparison } from "../../support/sample-comparison.ts";
import { sampleHistory, slowSlide } from "../../support/sample-history.ts";
import { sampleResult } from "../../support/sample-result.ts";
import { sampleTuning } from "../../support/sample-tuning.ts";

const trend = makeTrend({
  scenario: "steady",
  lines: sampleHistory({ runs: 56, p50: slowSlide, noise: 0.004 }),
  warnings: [],
  command: "npx dyno trend steady",
  dynoVersion: "0.1.0",
});

/** Each kind of report, its main chart, what the cursor tells there, and a series that can be hidden. */
const kinds = [
  {
    kind: "run",
    chart: "#time svg[data-t]",
    text: renderHtml(sampleResult({ errors: true, faults: true, network: true, verdict: "fail", trials: 2 })),
    figures: /phase\ssteady\s[\s\S]*p99\s\S+/,
    series: "p99",
  },
  {
    kind: "comparison",
    chart: "#s1 svg[data-t]",
    text: renderComparisonHtml(sampleComparison()),
    figures: /pair\s\d+\sits change\s\S+/,
    series: "pairs",
  },
  {
    kind: "tune",
    chart: "#search svg[data-t]",
    text: renderTuneHtml(sampleTuning()),
    figures: /block\s\d+, until/,
    series: "best",
  },
  {
    kind: "trend",
    chart: "#run-p50-in-full svg[data-t]",
    text: renderTrendHtml(trend),
    figures: /revision\s\w+\stime \(UTC\)\s2026-/,
    series: "points",
  },
] as const;

/** Coordinates of everything that a chart draws along its axis. */
function drawnIn(chart: Locator): Promise<string> {
  return chart
    .locator(".in :is(path, circle, rect)")
    .evaluateAll((found) =>
      found.map((one) => ["d", "cx", "x"].map((name) => one.getAttribute(name)).join(" ")).join("\n"),
    );
}

/** How wide the widest drawing of each chart is, in its own units. */
function widthsOf(page: Page): Promise<number[]> {
  return page.locator("svg[data-t]").evaluateAll((charts) =>
    charts.map((chart) => {
      const drawn = [...chart.querySelectorAll(".in > path, .in > g")] as unknown as {
        getBBox(): { readonly width: number };
      }[];
      return Math.max(0, ...drawn.map((one) => one.getBBox().width));
    }),
  );
}

describe.each(kinds)("the report of a $kind in Chromium", ({ text, chart: selector, figures, series }) => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());

  test.each(["light", "dark"] as const)(
    "opens offline without a complaint, with its charts drawn, and is accessible, in %s",
    async (colorScheme) => {
      const { page, complaints } = await openReport(browser, text, { colorScheme });
      const widths = await widthsOf(page);
      expect(widths.length).toBeGreaterThan(1);
      expect(Math.min(...widths)).toBeGreaterThan(20);
      expect(await accessibilityProblems(page)).toEqual([]);
      expect(complaints).toEqual([]);
    },
  );

  test("tells by the keyboard alone what its first chart shows, zooms it, and shows all again", async () => {
    const { page, complaints } = await openReport(browser, text);
    const chart = page.locator(selector).first();
    const atRest = await drawnIn(chart);
    await chart.focus();
    await page.keyboard.press("End");
    const last = await chart.getAttribute("aria-valuetext");
    expect(await page.locator("#tip").innerText()).toMatch(figures);
    await page.keyboard.press("ArrowLeft");
    expect(await chart.getAttribute("aria-valuetext")).not.toBe(last);
    expect(await page.locator("#said").innerText()).not.toBe("");
    await page.keyboard.press("+");
    expect(await drawnIn(chart)).not.toBe(atRest);
    expect(await page.locator("#said").innerText()).toMatch(/^(showing .+ to .+|zoomed)$/);
    await page.keyboard.press("Escape");
    expect(await drawnIn(chart)).toBe(atRest);
    expect(await page.locator("#tip").isVisible()).toBe(false);
    expect(complaints).toEqual([]);
  });

  test("tells the figures under the pointer, and zooms where it is dragged", async () => {
    const { page } = await openReport(browser, text);
    const chart = page.locator(selector).first();
    await chart.scrollIntoViewIfNeeded();
    const box = await chart.boundingBox();
    if (box === null) throw new Error("the chart is not drawn");
    const at = (share: number) => [box.x + box.width * share, box.y + box.height / 2] as const;
    await page.mouse.move(...at(0.8));
    expect(await page.locator("#tip").innerText()).toMatch(figures);
    const atRest = await drawnIn(chart);
    await page.mouse.down();
    await page.mouse.move(...at(0.6));
    await page.mouse.up();
    expect(await drawnIn(chart)).not.toBe(atRest);
    await page.getByRole("button", { name: "Reset zoom" }).click();
    expect(await drawnIn(chart)).toBe(atRest);
    expect(await page.getByRole("button", { name: "Reset zoom" }).isVisible()).toBe(false);
  });

  test("hides and shows a series by its key in the legend", async () => {
    const { page } = await openReport(browser, text);
    const key = page.locator(`button[data-series='${series}']`).first();
    const drawn = page.locator(`svg [data-s='${series}']`).first();
    await key.focus();
    await page.keyboard.press("Enter");
    expect(await key.getAttribute("aria-pressed")).toBe("false");
    expect(await drawn.isVisible()).toBe(false);
    await page.keyboard.press("Enter");
    expect(await key.getAttribute("aria-pressed")).toBe("true");
    expect(await drawn.isVisible()).toBe(true);
  });

  test("needs no sideways scroll on a phone nor on paper, and prints", async () => {
    const { page } = await openReport(browser, text, { viewport: { width: 390, height: 844 } });
    const width = (): Promise<number> => page.evaluate("document.documentElement.scrollWidth");
    expect(await width()).toBeLessThanOrEqual(390);
    await page.setViewportSize({ width: 718, height: 1000 });
    await page.emulateMedia({ media: "print" });
    expect(await width()).toBeLessThanOrEqual(718);
    expect(await page.locator("nav").isVisible()).toBe(false);
    expect(await page.locator("#reproduce pre").last().isVisible()).toBe(true);
    const pdf = await page.pdf({ format: "A4" });
    expect(pdf.subarray(0, 5).toString()).toBe("%PDF-");
  });

  test("offers nothing that needs JavaScript where there is none", async () => {
    const { page } = await openReport(browser, text, { javaScriptEnabled: false });
    expect(await page.locator("nav button").filter({ visible: true }).count()).toBe(0);
    expect(await page.locator("svg[role=img] > title").count()).toBeGreaterThan(3);
  });
});
