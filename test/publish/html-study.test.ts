import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { renderCapacityHtml } from "../../src/publish/html/study/render-capacity-html.ts";
import { renderSweepHtml } from "../../src/publish/html/study/render-sweep-html.ts";
import { renderCapacityMetrics, renderSweepMetrics } from "../../src/publish/prometheus-study.ts";
import { renderCapacitySummary } from "../../src/publish/terminal/capacity.ts";
import { renderSweepSummary } from "../../src/publish/terminal/sweep.ts";
import { createColours } from "../../src/publish/terminal/symbols.ts";
import { accessibilityProblems, launchChromium, openReport } from "../support/report-page.ts";
import { queueLevel, sampleCapacity, sampleSweep } from "../support/sample-studies.ts";

const capacity = await sampleCapacity();
const sweep = sampleSweep();
const pages = { capacity: renderCapacityHtml(capacity), sweep: renderSweepHtml(sweep) };
const evil = `</script><script>alert(1)</script><img src=x>&`;

/** What a reader can see of a page. */
function shownIn(text: string): string {
  return text.replaceAll(/<script.*?<\/script>/gs, "").replaceAll(/<style.*?<\/style>/gs, "");
}

describe.each(["capacity", "sweep"] as const)("the report of a %s", (kind) => {
  test("shows nothing that is no number", () => {
    const shown = shownIn(pages[kind]);
    expect(shown).not.toMatch(/NaN|undefined|Infinity|\bnull\b/);
  });

  test("escapes what a user wrote", async () => {
    const text =
      kind === "capacity"
        ? renderCapacityHtml(await sampleCapacity({ why: evil }))
        : renderSweepHtml(sampleSweep(evil));
    expect(text).not.toContain("<script>alert");
    expect(text).not.toContain("<img");
  });
});

test("a search that found nothing has a report and a summary all the same", async () => {
  const none = await sampleCapacity({ measure: queueLevel(20) });
  expect(renderCapacityHtml(none)).toContain("None holds");
  expect(shownIn(renderCapacityHtml({ ...none, levels: [] }))).not.toMatch(/NaN/);
  const { law: _, ...lawless } = sweep;
  expect(shownIn(renderSweepHtml({ ...lawless, levels: [] }))).not.toMatch(/NaN/);
  expect(renderCapacitySummary(none, {}, createColours(false))).toMatch(/^NONE {2}s {2}Not even/);
});

test("the summaries tell levels and law", () => {
  const text = renderCapacitySummary(capacity, {}, createColours(false));
  expect(text).toMatch(/^FOUND {2}s/);
  expect(text.match(/^ {2}[✓✗] /gm)?.length).toBe(capacity.levels.length);
  expect(renderSweepSummary(sweep, {}, createColours(false))).toMatch(/contention \(sigma\) +0\.06\d* /);
});

test("the metrics tell the capacity with its interval, and the law", async () => {
  const text = await renderCapacityMetrics(capacity);
  expect(text).toContain(`dyno_capacity_operations_per_second{scenario="s"} ${capacity.capacity?.estimate}`);
  expect(text).toContain('dyno_capacity_status{scenario="s",status="found"} 1');
  expect(await renderSweepMetrics(sweep)).toMatch(
    /dyno_sweep_law_coefficient\{scenario="s",coefficient="kappa"\} 0\.00/,
  );
});

describe("in a browser", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());

  test.each([
    ["capacity", "light", 1280],
    ["capacity", "dark", 390],
    ["sweep", "light", 1280],
    ["sweep", "dark", 390],
  ] as const)(
    "the report of a %s is accessible and complains of nothing, %s at %i px",
    async (kind, colorScheme, width) => {
      const { page, complaints } = await openReport(browser, pages[kind], {
        colorScheme,
        viewport: { width, height: 900 },
      });
      expect(await accessibilityProblems(page)).toEqual([]);
      expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
      expect(complaints).toEqual([]);
      await page.context().close();
    },
  );
});
