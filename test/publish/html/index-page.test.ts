import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ListedFolder } from "../../../src/measure/run-entry.ts";
import { renderIndex } from "../../../src/publish/html/index-page/render-index.ts";
import { accessibilityProblems, launchChromium, openReport } from "../../support/report-page.ts";
import { sampleFolders } from "../../support/sample-entries.ts";

const broken: ListedFolder = {
  folder: "20261101-000000-broken",
  entries: [],
  problem: "result.json cannot be read: Unexpected end of JSON input",
};

function pageOf(folders: readonly ListedFolder[], trends: readonly string[] = []): string {
  return renderIndex({ folders, trends, leftOut: 0, dynoVersion: "0.1.0" });
}

const sample = pageOf([...sampleFolders(), broken], ["trend-publish-steady.html"]);
const evil = `</script><script>alert(1)</script><img src=x onerror="alert('2')">&`;

describe("the index as text", () => {
  test("has the same bytes for the same entries", () => {
    expect(pageOf([...sampleFolders(), broken], ["trend-publish-steady.html"])).toBe(sample);
  });

  test("escapes whatever a user can name", () => {
    const text = pageOf(
      [...sampleFolders({ runs: 8, text: evil }), { folder: evil, entries: [], problem: evil }],
      [`trend-${evil}.html`],
    );
    expect(text).not.toContain("<script>alert");
    expect(text).not.toContain("<img");
    expect(text.match(/<script/g)).toHaveLength(3);
  });

  test("stays below 1 MB for 500 runs", () => {
    expect(Buffer.byteLength(pageOf(sampleFolders({ runs: 500 })))).toBeLessThan(1_000_000);
  });

  test("tells what to do where there is no run yet", () => {
    expect(pageOf([])).toContain("No runs are here yet");
  });
});

describe("the index in Chromium", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());
  const open = (options: BrowserContextOptions = {}, text = sample) => openReport(browser, text, options);

  const rows = (page: Page) => page.locator("#runs tbody tr:visible");
  const boxes = (page: Page) => rows(page).locator("input");
  const compareTwo = async (page: Page): Promise<void> => {
    await boxes(page).nth(0).check();
    await boxes(page).nth(4).check();
    await page.getByRole("button", { name: "Compare" }).click();
    await page.locator("#compare h1").waitFor();
  };

  test.each(["light", "dark"] as const)(
    "opens offline without a complaint, and both views are accessible, in %s",
    async (colorScheme) => {
      const { page, complaints } = await open({ colorScheme });
      expect(await page.title()).toBe("24 runs · reports · dyno");
      expect(await rows(page).count()).toBe(24);
      expect(await page.locator("#unreadable").innerText()).toContain("Unexpected end of JSON input");
      await boxes(page).nth(0).check();
      expect(await accessibilityProblems(page)).toEqual([]);
      await boxes(page).nth(4).check();
      await page.getByRole("button", { name: "Compare" }).click();
      expect(await page.locator("#compare").isVisible()).toBe(true);
      expect(await accessibilityProblems(page)).toEqual([]);
      expect(complaints).toEqual([]);
    },
  );

  test("draws a line for each course, and a trend for each scenario", async () => {
    const { page } = await open();
    const drawn = await page
      .locator(".spark path")
      .evaluateAll((found) => found.map((one) => one.getAttribute("d") ?? ""));
    expect(drawn.length).toBe(
      3 * (await page.locator("#runs tbody td:nth-child(2)", { hasText: "Run ·" }).count()),
    );
    expect(drawn.every((path) => /^M\d+ \d+(l-?\d+ -?\d+){10,}/.test(path))).toBe(true);
    expect(await page.locator("#trends svg path[d^=M]").count()).toBeGreaterThan(3);
  });

  test("filters by scenario, branch, kind, outcome and words, and keeps that in the address", async () => {
    const { page } = await open();
    await page.getByLabel("Scenario").selectOption("read-mix");
    await page.getByLabel("Kind").selectOption("run");
    const shown = await rows(page).locator("td:nth-child(2)").allInnerTexts();
    expect(shown.length).toBeGreaterThan(1);
    expect(shown.every((text) => text.startsWith("read-mix"))).toBe(true);
    expect(await page.locator("#count").innerText()).toBe(`${shown.length} of 24 runs`);
    expect(new URL(page.url()).hash).toBe("#scenario=read-mix&kind=run");
    await page.reload();
    expect(await page.getByLabel("Scenario").inputValue()).toBe("read-mix");
    expect(await rows(page).count()).toBe(shown.length);
    await page.getByLabel("Search").fill("no such words");
    await page.locator("#none").waitFor();
    await page.locator("#none button").click();
    await expect.poll(() => rows(page).count()).toBe(24);
  });

  test("sorts by a column, up and then down", async () => {
    const { page } = await open();
    const column = async (): Promise<number[]> =>
      rows(page)
        .locator("td:nth-child(6)")
        .evaluateAll((cells) => cells.map((cell) => Number(cell.getAttribute("data-v"))));
    const ascending = (await column()).toSorted((a, b) => a - b);
    await page.getByRole("button", { name: "p50" }).click();
    expect(await column()).toEqual(ascending);
    await page.getByRole("button", { name: "p50" }).click();
    expect(await column()).toEqual(ascending.toReversed());
  });

  test("shows two runs side by side: figures, lines, environments, reports", async () => {
    const { page } = await open();
    await compareTwo(page);
    expect(await page.locator("#list").isVisible()).toBe(false);
    const rates = await page
      .locator(".compared tbody tr", { hasText: "Latency p50" })
      .locator("td")
      .allInnerTexts();
    expect(rates[1]).toMatch(/^\d+\u202fµs\s+\d+\u202fµs to \d+\u202fµs$/);
    expect(rates[3]).toMatch(/^× [\d.]+\s+([−+][\d.]+|0) %\s+intervals (apart|overlap)$/);
    const lines = await page
      .locator("#compare svg[data-series] path")
      .evaluateAll((found) => found.map((one) => one.getAttribute("d") ?? ""));
    expect(lines).toHaveLength(6);
    expect(lines.every((path) => path.split("l").length > 20)).toBe(true);
    expect(await page.locator("#compare [role=note]").innerText()).toContain("Two runs at different times");
    const hrefs = await page
      .locator(".sides a")
      .evaluateAll((found) => found.map((one) => one.getAttribute("href")));
    expect(hrefs).toEqual([
      "20261124-120000-publish-steady/report.html",
      "20261124-080000-publish-steady/report.html",
    ]);
    expect(await page.locator("#compare .differs").innerText()).toContain("was v20.20.2");
  });

  test("tells the values of both under the pointer", async () => {
    const { page } = await open();
    await compareTwo(page);
    await page.locator("svg[data-series=p50]").hover({ position: { x: 180, y: 80 } });
    expect(await page.locator("#tip").innerText()).toMatch(/^[\d.]+ s\nA {2}\d+\u202fµs\nB {2}\d+\u202fµs$/);
  });

  test("swaps the two, goes back by the browser's button, and keeps a third choice from making three", async () => {
    const { page } = await open();
    await compareTwo(page);
    const first = () => page.locator(".side-a .meta").innerText();
    const before = await first();
    await page.getByRole("button", { name: "Swap A and B" }).click();
    await expect.poll(first).not.toBe(before);
    await page.goBack();
    await page.locator("#list").waitFor();
    await boxes(page).nth(7).check();
    expect(await rows(page).locator("input:checked").count()).toBe(2);
  });

  test("is worked by keyboard alone: filter, choose, compare, Escape", async () => {
    const { page } = await open();
    const reach = async (selector: string): Promise<void> => {
      for (let i = 0; i < 60; i++) {
        await page.keyboard.press("Tab");
        if (await page.evaluate(`document.activeElement.matches(${JSON.stringify(selector)})`)) return;
      }
      throw new Error(`Tab never reached ${selector}`);
    };
    await reach("select[name=kind]");
    await page.keyboard.press("R");
    await expect.poll(() => new URL(page.url()).hash).toBe("#kind=run");
    await reach("tbody input");
    await page.keyboard.press("Space");
    await reach("tbody input");
    await page.keyboard.press("Space");
    await page.keyboard.press("Enter");
    await page.locator("#compare h1").waitFor();
    expect(await page.evaluate("document.activeElement.id")).toBe("compare-title");
    await reach("[data-act=swap]");
    await page.keyboard.press("Escape");
    await page.locator("#list").waitFor();
    // Where it was left, with the filter as it was.
    expect(await page.evaluate("document.activeElement.matches('tbody input:checked')")).toBe(true);
    expect(new URL(page.url()).hash).toBe("#kind=run");
  });

  test("shows names with HTML in them as text, in both views", async () => {
    const { page, complaints } = await open({}, pageOf(sampleFolders({ runs: 8, text: evil })));
    expect(await rows(page).first().locator("a").innerText()).toBe(evil);
    await compareTwo(page);
    expect(await page.locator(".sides h2").first().innerText()).toBe(evil);
    expect(await page.locator("img").count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  test("lays out a hundred rows at first, and all of them when asked", async () => {
    const { page } = await open({}, pageOf(sampleFolders({ runs: 130 })));
    expect(await rows(page).count()).toBe(100);
    expect(await page.locator("#count").innerText()).toBe("130 runs, 100 shown");
    await page.getByRole("button", { name: "Show all 130" }).click();
    expect(await boxes(page).count()).toBe(130);
  });

  test("needs no sideways scroll on a phone, in both views", async () => {
    const { page } = await open({ viewport: { width: 390, height: 844 } });
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(390);
    await compareTwo(page);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(390);
  });

  test("reads without JavaScript: all rows are there, and their links", async () => {
    const { page } = await open({ javaScriptEnabled: false }, pageOf(sampleFolders({ runs: 130 })));
    expect(await page.locator("#runs tbody tr:visible").count()).toBe(130);
    expect(await page.locator("#runs tbody a").first().getAttribute("href")).toBe(
      "20261124-120000-publish-steady/report.html",
    );
    expect(await page.locator("#filters").isVisible()).toBe(false);
  });

  test("prints what is shown, without the controls", async () => {
    const { page } = await open({ viewport: { width: 720, height: 1000 } });
    await compareTwo(page);
    await page.emulateMedia({ media: "print" });
    expect(await page.getByRole("button", { name: "Swap A and B" }).isVisible()).toBe(false);
    expect(await page.locator(".compared").isVisible()).toBe(true);
    await page.emulateMedia({ media: null });
    await page.keyboard.press("Escape");
    await page.emulateMedia({ media: "print" });
    expect(await page.locator("#filters").isVisible()).toBe(false);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(720);
  });
});
