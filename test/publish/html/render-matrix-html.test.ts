import fc from "fast-check";
import type { Browser, BrowserContextOptions } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CellOutcome } from "../../../src/measure/matrix.ts";
import { renderMatrixHtml } from "../../../src/publish/html/matrix/render-matrix-html.ts";
import { accessibilityProblems, launchChromium, openReport } from "../../support/report-page.ts";
import { sampleMatrix } from "../../support/sample-matrix.ts";

const outcomes: Readonly<Record<number, CellOutcome>> = {
  2: "fail",
  5: "invalid",
  7: "impossible",
  8: "setup_failed",
  9: "inconclusive",
};
const sample = renderMatrixHtml(sampleMatrix({ outcomes }));

describe("the report of a matrix as text", () => {
  test("has the same bytes for the same result", () => {
    expect(renderMatrixHtml(sampleMatrix({ outcomes }))).toBe(sample);
  });

  test("escapes whatever a user can name", () => {
    const evil = `</script><script>alert(1)</script><img src=x onerror="alert('2')">&`;
    const text = renderMatrixHtml(sampleMatrix({ text: evil }));
    expect(text).not.toContain("<script>alert");
    expect(text).not.toContain("<img");
    expect(text.match(/<script/g)).toHaveLength(2);
  });

  test("never shows what is no number, whatever is missing, and gives no id twice", () => {
    fc.assert(
      fc.property(oddMatrix, (result) => {
        const shown = renderMatrixHtml(result)
          .replaceAll(/<script.*?<\/script>/gs, "")
          .replaceAll(/<style.*?<\/style>/gs, "");
        expect(shown).not.toMatch(/NaN|undefined|Infinity|\bnull\b|\bfalse\b/);
        const ids = [...shown.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
        expect(ids).toHaveLength(new Set(ids).size);
      }),
      { numRuns: 60 },
    );
  });

  test("stays small for as many cells as there can be", () => {
    const axes = {
      "target.a": Array.from({ length: 16 }, (_, i) => `a${i}`),
      "target.b": Array.from({ length: 16 }, (_, i) => `b${i}`),
    };
    expect(renderMatrixHtml(sampleMatrix({ axes })).length).toBeLessThan(1_000_000);
  });
});

/** Matrices of one to four settings, of one or two phases, with cells of every outcome and with figures missing. */
const oddMatrix = fc
  .record({
    axes: fc.constantFrom(
      { "target.store": ["memory", "log", "redis"] },
      { "target.store": ["memory", "log"], "load.0.rate": ["1k/s", "2k/s"] },
      { "target.a": ["1", "2"], "target.b": ["1", "2"], "target.c": ["1", "2"], "target.d": ["1", "2"] },
    ),
    phases: fc.constantFrom(["full"], ["steady", "full"]),
    rounds: fc.constantFrom(1, 3),
    outcomes: fc.dictionary(
      fc.integer({ min: 0, max: 15 }).map(String),
      fc.constantFrom("fail", "invalid", "impossible", "setup_failed", "interrupted", "inconclusive"),
    ),
    kept: fc.constantFrom(0, 1, 3, 100),
    isBare: fc.boolean(),
  })
  .map(({ kept, isBare, ...options }) => {
    const result = sampleMatrix(options);
    const cells = result.cells.slice(0, kept).map((cell) => ({
      ...cell,
      verdicts: isBare ? [] : cell.verdicts,
      figures: cell.figures.map(({ value, ...figure }) =>
        isBare ? { ...figure, rounds: [] } : { ...figure, ...(value === undefined ? {} : { value }) },
      ),
    }));
    return { ...result, cells };
  });

describe("the report of a matrix in Chromium", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());
  const open = (options: BrowserContextOptions = {}, text = sample) => openReport(browser, text, options);

  test.each(["light", "dark"] as const)(
    "opens offline without a complaint, and is accessible with each metric, in %s",
    async (colorScheme) => {
      const { page, complaints } = await open({ colorScheme });
      expect(await page.title()).toBe("setup_failed · matrix-store · matrix · dyno");
      for (const metric of ["throughput", "p50", "p99", "errors", "CPU/op"]) {
        await page.locator("#heat label", { hasText: metric }).click();
        expect(await accessibilityProblems(page)).toEqual([]);
      }
      const way = await page.evaluate('getComputedStyle(document.querySelector(".way"), "::before").content');
      expect(way).toBe(colorScheme === "light" ? '"darker"' : '"lighter"');
      expect(complaints).toEqual([]);
    },
  );

  test("shows one metric at a time, chosen by mouse or keys, without JavaScript", async () => {
    const { page } = await open({ javaScriptEnabled: false });
    const shown = page.locator("#heat .panel:visible");
    expect(await shown.locator(".ramp b").allInnerTexts()).toEqual(["p50"]);
    await page.locator("#heat label", { hasText: "p99" }).click();
    expect(await shown.locator(".ramp b").allInnerTexts()).toEqual(["p99"]);
    await page.keyboard.press("ArrowRight");
    expect(await shown.locator(".ramp b").allInnerTexts()).toEqual(["errors"]);
  });

  test("has a map for each value of the third setting, with the value in each cell", async () => {
    const { page } = await open();
    const maps = page.locator("#heat .map:visible");
    expect(await maps.locator("caption").allInnerTexts()).toEqual(["maxBatch=8", "maxBatch=256"]);
    const first = maps.first();
    expect(await first.locator("tbody th").allInnerTexts()).toEqual(["memory", "log", "redis"]);
    expect(await first.locator("td").first().innerText()).toMatch(/^1\d\d\u202fµs\s*best\s*×1\.0\d$/);
  });

  test("is darker where it is slower, on one scale over all maps", async () => {
    const { page } = await open({}, renderMatrixHtml(sampleMatrix()));
    const shades = (metric: string): Promise<number[]> =>
      page
        .locator("#heat label", { hasText: metric })
        .click()
        .then(() =>
          page
            .locator("#heat .map td:visible")
            .evaluateAll((cells) => cells.map((cell) => Number(cell.className.slice(1)))),
        );
    const p50 = await shades("p50");
    // The first map is of the small batch; the fastest cell is its first, the slowest the last of the second.
    expect(p50[0]).toBe(1);
    expect(p50.at(-1)).toBe(7);
    expect(p50[5]).toBeLessThan(7);
    const throughput = await shades("throughput");
    expect([throughput[0], throughput.at(-1)]).toEqual([1, 7]);
    expect(new Set(await shades("errors"))).toEqual(new Set([1]));
  });

  test("hatches what has no sound figure, and tells the reason there and in the notes", async () => {
    const { page } = await open();
    const hatched = page.locator("#heat td.hatch:visible");
    expect((await hatched.allInnerTexts()).map((text) => text.split(/\s*\n/)[0]).toSorted()).toEqual([
      "Cannot be",
      "Invalid",
      "Set-up failed",
    ]);
    expect(await hatched.filter({ hasText: "Set-up failed" }).innerText()).toContain("needs Redis");
    expect(await page.locator("#notes li").filter({ hasText: "Cannot be" }).innerText()).toContain(
      "cannot give durable",
    );
    expect(await page.locator("#heat td:visible [aria-label='a target failed']").count()).toBe(1);
  });

  test("lists each cell with its spread, its targets and the report of its own, and sorts by a figure", async () => {
    const { page } = await open();
    const rows = page.locator("#cells tbody tr");
    expect(await rows.count()).toBe(12);
    expect(await rows.first().innerText()).toMatch(
      /Pass[\s\S]*memory[\s\S]*100B[\s\S]*\d\/s\s+best[\s\S]* to [\s\S]*2\/2/,
    );
    expect(await rows.first().locator("a").getAttribute("href")).toBe("cells/0-0-0/report.html");
    expect(await rows.nth(7).locator("a").count()).toBe(0);
    await page.locator("#cells th button", { hasText: "p50" }).click();
    const values = await page
      .locator("#cells td[data-label=p50]")
      .evaluateAll((cells) => cells.map((cell) => Number(cell.getAttribute("data-v"))));
    const known = values.filter((value) => value > 0);
    expect(known).toEqual(known.toSorted((a, b) => a - b));
    // Cells without a value come last.
    expect(values.slice(known.length)).toEqual([0, 0]);
  });

  test("has maps and cells of each phase", async () => {
    const { page } = await open({}, renderMatrixHtml(sampleMatrix({ phases: ["steady", "full"] })));
    expect(await page.locator("main h2").allInnerTexts()).toEqual([
      "Heat map",
      "Cells",
      "Heat map",
      "Cells",
      "Reproduce",
      "Environment",
    ]);
    await page.locator("#heat-2 label", { hasText: "p99" }).click();
    expect(await page.locator(".panel:visible .ramp b").allInnerTexts()).toEqual(["p50", "p99"]);
  });

  test("needs no sideways scroll on a phone", async () => {
    const { page } = await open({ viewport: { width: 390, height: 844 } });
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(390);
  });

  test("shows every metric on paper, and fits", async () => {
    const { page } = await open({ viewport: { width: 718, height: 1000 } });
    await page.emulateMedia({ media: "print" });
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(718);
    expect(await page.locator(".panel:visible").count()).toBe(5);
    expect(await page.locator("#heat label:visible").count()).toBe(0);
  });
});
