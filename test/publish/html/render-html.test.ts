import { readFile } from "node:fs/promises";
import fc from "fast-check";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { formatDuration } from "../../../src/base/units.ts";
import type { RunResult } from "../../../src/measure/result.ts";
import { renderHtml } from "../../../src/publish/html/render-html.ts";
import { createHistogram } from "../../../src/stats/histogram.ts";
import { launchChromium, openReport } from "../../support/report-page.ts";
import { sampleResult } from "../../support/sample-result.ts";

describe("the report as text", () => {
  test("has the same bytes for the same result", () => {
    expect(renderHtml(sampleResult({ errors: true }))).toBe(renderHtml(sampleResult({ errors: true })));
  });

  test("escapes whatever a user can name", () => {
    const evil = `</script><script>alert(1)</script><img src=x onerror="alert('2')">&`;
    const text = renderHtml(sampleResult({ errors: true, network: true, verdict: "fail", text: evil }));
    expect(text).not.toContain("<script>alert");
    expect(text).not.toContain("<img");
    expect(text.match(/<script/g)).toHaveLength(2);
  });

  test("never shows what is no number, whatever is missing", () => {
    fc.assert(
      fc.property(oddResult, (result) => {
        const shown = renderHtml(result)
          .replaceAll(/<script.*?<\/script>/gs, "")
          .replaceAll(/<style.*?<\/style>/gs, "");
        expect(shown).not.toMatch(/NaN|undefined|Infinity|\bnull\b/);
      }),
      { numRuns: 60 },
    );
  });

  test("is under 1 MB for ten minutes in rows of 100 ms, and loses no peak of latency or errors", () => {
    const made = sampleResult({ seconds: 600, intervalMs: 100, errors: true, faults: true, network: true });
    const result = {
      ...made,
      trials: made.trials.map((trial) => ({
        ...trial,
        timeline: trial.timeline.map((row, i) => ({
          ...row,
          errors: { ETIMEDOUT: i === 4321 ? 33 : i % 7 },
        })),
      })),
    };
    const timeline = result.trials.flatMap((trial) => trial.timeline);
    expect(timeline).toHaveLength(6000);
    const text = renderHtml(result);
    expect(Buffer.byteLength(text)).toBeLessThan(1_000_000);
    const highest = Math.max(...timeline.map(({ p99 }) => p99));
    expect(text).toContain(formatDuration(highest));
    expect(text).toContain("33 ETIMEDOUT");
    expect(text).toContain("the lowest and highest p99 and the most errors are drawn");
  });
});

interface DOMRectLike {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const empty = createHistogram().encode();

/** Results with pieces missing: no trials, no phases, no operations, a failed trial, one row, huge values. */
const oddResult = fc
  .record({
    seconds: fc.constantFrom(0, 1, 2, 9),
    trials: fc.integer({ min: 0, max: 3 }),
    damage: fc.integer({ min: 0, max: 5 }),
  })
  .map(({ seconds, trials, damage }): RunResult => {
    const result = sampleResult({
      seconds,
      trials,
      errors: damage % 2 === 0,
      network: true,
      verdict: "fail",
    });
    const [verdict] = result.verdicts;
    return {
      ...result,
      verdicts:
        damage === 1 && verdict
          ? [{ ...verdict, outcome: "inconclusive" as const, samples: 0, limit: 0 }].map(
              ({ measured: _m, interval: _i, marginRatio: _r, ...rest }) => rest,
            )
          : result.verdicts,
      trials: result.trials.map((trial) => ({
        ...trial,
        timeline:
          damage === 2
            ? []
            : trial.timeline.map((row) =>
                damage === 3
                  ? { ...row, completed: 0, offered: 0, p50: 0, p90: 0, p99: 0, p999: 0, max: 0, heat: [] }
                  : row,
              ),
        phases:
          damage === 4
            ? []
            : trial.phases.map((phase) =>
                damage === 5
                  ? {
                      ...phase,
                      response: empty,
                      service: empty,
                      lag: empty,
                      completed: 0,
                      failed: 0,
                      asked: 0,
                      durationMs: 0,
                    }
                  : phase,
              ),
        ...(damage === 2
          ? {
              status: "failed" as const,
              failure: { kind: "crashed" as const, message: "it crashed", stderr: "Error: here" },
            }
          : {}),
      })),
    };
  });

describe("the report in Chromium", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());

  const open = (
    options: BrowserContextOptions = {},
    result = sampleResult({ errors: true, faults: true, verdict: "fail", trials: 2 }),
  ) => openReport(browser, renderHtml(result), options);

  const background = (page: Page): Promise<string> =>
    page.evaluate("getComputedStyle(document.body).backgroundColor");

  test("draws each fault on every chart over time, its name in a pill that holds it", async () => {
    const { page } = await open();
    expect(await page.locator("#time svg rect.mark").count()).toBe(4);
    expect(await page.locator("#resources svg").first().locator("rect.mark").count()).toBe(4);
    const boxesOf = (selector: string) =>
      page
        .locator(`#time .pill-mark ${selector}`)
        .evaluateAll((found) =>
          found
            .map((one) => (one as unknown as { getBBox(): DOMRectLike }).getBBox())
            .map(({ x, y, width, height }) => ({ x, y, width, height })),
        );
    const [pills, texts] = [await boxesOf("rect"), await boxesOf("text")];
    for (const [i, { x, width }] of pills.entries()) {
      const text = texts[i] ?? { x: 0, width: Number.POSITIVE_INFINITY };
      expect(text.x).toBeGreaterThan(x);
      expect(text.x + text.width).toBeLessThan(x + width);
    }
    const touches = pills.flatMap((a, i) =>
      pills.slice(i + 1).filter((b) => a.x < b.x + b.width && b.x < a.x + a.width && a.y === b.y),
    );
    expect(touches).toEqual([]);
  });

  test("draws no line through an outage", async () => {
    const { page } = await open();
    const path = await page.locator("#time svg path[stroke-width='2.2']").getAttribute("d");
    // Warm-up, before the outage, after it.
    expect(path?.match(/M/g)).toHaveLength(3);
  });

  test("lists the faults: when they really began and were over, or what kept them from it", async () => {
    const { page } = await open();
    const rows = await page.locator("#faults tbody tr").allInnerTexts();
    expect(rows).toHaveLength(6);
    expect(rows[0]?.replaceAll("\u202f", " ")).toMatch(
      /redis-kill\s+trial 1\s+3 s\s+6 s\s+3 s\s+1 500\s+0\s+0/,
    );
    expect(rows[2]).toMatch(/engine-kill\s+trial 1, could not be ended: it will not start\s+7.s\s+–\s+–/);
  });

  test("reads without JavaScript", async () => {
    const { page } = await open({ javaScriptEnabled: false });
    expect(await page.locator("h1").isVisible()).toBe(true);
    expect(await page.locator("svg[role=img]").count()).toBeGreaterThan(8);
    await page.locator("summary", { hasText: "Show as table" }).first().click();
    expect(await page.locator("details[open] table").first().isVisible()).toBe(true);
  });

  test("changes its theme by the button", async () => {
    const { page } = await open({ colorScheme: "light" });
    const before = await background(page);
    await page.getByRole("button", { name: "Light / dark" }).click();
    expect(await background(page)).not.toBe(before);
    await page.getByRole("button", { name: "Light / dark" }).click();
    expect(await background(page)).toBe(before);
  });

  test("sorts a table by a click on its heading", async () => {
    const { page } = await open();
    const firstCell = (): Promise<string> => page.locator("#trials tbody tr td").first().innerText();
    const before = await firstCell();
    await page.locator("#trials th button", { hasText: "Trial" }).click();
    await page.locator("#trials th button", { hasText: "Trial" }).click();
    expect(await firstCell()).not.toBe(before);
  });

  test("gives the data for download, as JSON and as CSV", async () => {
    const { page } = await open();
    const take = async (name: string): Promise<{ readonly file: string; readonly text: string }> => {
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name }).click(),
      ]);
      return { file: download.suggestedFilename(), text: await readFile(await download.path(), "utf8") };
    };
    const json = await take("Download JSON");
    expect(json.file).toBe("sample.json");
    expect(JSON.parse(json.text)).toMatchObject({ outcome: "fail", trials: [{ trial: 0 }, { trial: 1 }] });
    const csv = await take("Download CSV");
    expect(csv.file).toBe("sample.csv");
    const [head, ...rows] = csv.text.trimEnd().split("\r\n");
    expect(head).toMatch(/^at_ms,length_ms,phase,kind,offered,completed,failed,/);
    expect(rows).toHaveLength(8);
    expect(rows[7]).toMatch(/^7000,1000,steady,measured,500,500,7,/);
    const { leftOut } = JSON.parse(json.text) as { leftOut: string };
    expect(await page.getByText("Download JSON gives").innerText()).toBe(
      `Download JSON gives the result without ${leftOut}, which are in result.json; Download CSV, the timeline of trial 1.`,
    );
  });

  test("adds up the errors of all trials by kind and phase", async () => {
    const { page } = await open();
    const rows = await page.locator("#errors tbody tr").allInnerTexts();
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatch(/ECONNRESET\s+steady\s+14\s+0\.\d+.%\s+1.ms\s+sample/);
  });

  test("tints what was offered and not done", async () => {
    const { page } = await open();
    // During the outage the gap is as high as what was offered, afterwards there is none.
    const gap = await page.locator("path[data-s=gap]").evaluate((path) => {
      const { width, height } = (path as unknown as { getBBox(): DOMRectLike }).getBBox();
      return { width, height };
    });
    expect(gap.height).toBeGreaterThan(100);
  });
});
