import fc from "fast-check";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { BreakerCondition, NetworkCourse } from "../../../src/measure/network-course.ts";
import { courseOfNetwork } from "../../../src/measure/network-course.ts";
import { spansOf, timesIn, visibleSpans, worstOf } from "../../../src/publish/html/charts/breaker-spans.ts";
import { renderHtml } from "../../../src/publish/html/render-html.ts";
import { launchChromium, openReport } from "../../support/report-page.ts";
import { sampleResult } from "../../support/sample-result.ts";

const states = ["closed", "open", "half_open", "degraded", "recovering"] as const;

/** A network of one breaker with these turns, in order of time. */
const course = fc
  .array(
    fc.record({
      state: fc.constantFrom<BreakerCondition>(...states),
      atMs: fc.double({ min: -5, max: 1100, noNaN: true }),
    }),
    {
      maxLength: 40,
    },
  )
  .map(
    (turns): NetworkCourse => ({
      nodes: [{ name: "store", dependsOn: [] }],
      turns: turns
        .toSorted((a, b) => a.atMs - b.atMs)
        .map((turn) => ({ ...turn, breaker: "store", reason: "" })),
    }),
  );

describe("the states of a breaker", () => {
  test("follow each other without a gap from the start to the end", () => {
    fc.assert(
      fc.property(course, (network) => {
        const spans = spansOf(network, "store", 1000);
        expect(spans[0]?.fromMs).toBe(0);
        expect(spans.at(-1)?.toMs).toBe(1000);
        for (const [i, span] of spans.entries()) {
          expect(span.toMs).toBeGreaterThan(span.fromMs);
          expect(span.fromMs).toBe(spans[i - 1]?.toMs ?? 0);
        }
      }),
    );
  });

  test("are drawn long enough to be seen, over the same time, and the worst of them is not lost", () => {
    fc.assert(
      fc.property(course, fc.integer({ min: 1, max: 50 }), (network, leastMs) => {
        const spans = spansOf(network, "store", 1000);
        const shown = visibleSpans(spans, leastMs);
        expect(shown[0]?.fromMs).toBe(0);
        expect(shown.at(-1)?.toMs).toBe(1000);
        expect(shown.length).toBeLessThanOrEqual(1000 / leastMs + 1);
        for (const [i, span] of shown.entries()) {
          expect(span.fromMs).toBe(shown[i - 1]?.toMs ?? 0);
          if (i < shown.length - 1) expect(span.toMs - span.fromMs).toBeGreaterThanOrEqual(leastMs - 1e-6);
        }
        expect(worstOf(shown)).toBe(worstOf(spans));
      }),
    );
  });

  test("are added up, the worst first", () => {
    const turns = [
      { breaker: "store", state: "open" as const, reason: "", atMs: 100 },
      { breaker: "store", state: "half_open" as const, reason: "", atMs: 300 },
      { breaker: "store", state: "open" as const, reason: "", atMs: 310 },
      { breaker: "store", state: "closed" as const, reason: "", atMs: 400 },
    ];
    const network = { nodes: [{ name: "store", dependsOn: [] }], turns };
    expect(timesIn(spansOf(network, "store", 1000))).toBe("open 290\u202fms, half-open 10\u202fms");
    expect(timesIn(spansOf(network, "shop", 1000))).toBe("always closed");
  });
});

test("the course of a network keeps so many turns, and says how many it left out", () => {
  const change = { breaker: "a", to: "open" as const, reason: "it failed", atMs: 1 };
  const long = courseOfNetwork(
    [{ name: "a", dependsOn: [] }],
    Array.from({ length: 2100 }, () => change),
  );
  expect(long?.turns).toHaveLength(2000);
  expect(long?.leftOut).toBe(100);
  expect(courseOfNetwork([{ name: "a", dependsOn: [] }], [change])?.leftOut).toBeUndefined();
  expect(courseOfNetwork([], [])).toBeUndefined();
});

describe("the breaker network in Chromium", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());
  const text = renderHtml(sampleResult({ network: true }));

  test("puts each service above what it depends on, in the worst state it came to", async () => {
    const { page } = await openReport(browser, text);
    const top = async (name: string): Promise<number> =>
      (await page.locator(`[data-node=${name}] rect`).boundingBox())?.y ?? Number.NaN;
    expect(await top("shop")).toBeLessThan(await top("sample"));
    expect(await top("sample")).toBeLessThan(await top("store"));
    expect(await page.locator("#network .edge").count()).toBe(3);
    expect(await page.locator("[data-node] .state").allTextContents()).toEqual([
      "degraded",
      "degraded",
      "open",
    ]);
    expect(await page.locator("#network desc").first().textContent()).toContain(
      "shop, depends on sample and store: degraded 3",
    );
  });

  test("shows the states at the moment of the cursor, wherever it is moved", async () => {
    const { page } = await openReport(browser, text);
    const chart = page.locator("#time svg[data-t]").first();
    const shown = () => page.locator("[data-node] .state").allTextContents();
    await chart.focus();
    await page.keyboard.press("Home");
    expect(await shown()).toEqual(["closed", "closed", "closed"]);
    expect(await page.locator("#moment").innerText()).toBe("at 0.5 s");
    // Rows are 1 s long: the cursor stands at 3.5 s, and at 6.5 s.
    for (let i = 0; i < 3; i++) await page.keyboard.press("ArrowRight");
    expect(await shown()).toEqual(["degraded", "degraded", "open"]);
    for (let i = 0; i < 3; i++) await page.keyboard.press("ArrowRight");
    expect(await shown()).toEqual(["recovering", "closed", "closed"]);
    await page.keyboard.press("Escape");
    expect(await page.locator("#moment").innerText()).toBe("the worst state of each in the run");
  });

  test("tells the same in a table", async () => {
    const { page } = await openReport(browser, text, { javaScriptEnabled: false });
    await page.locator("#network summary").click();
    const rows = await page.locator("#network tbody tr").allInnerTexts();
    expect(rows).toHaveLength(9);
    expect(rows.map((row) => row.replaceAll(/\s+/g, " "))).toContain("3 s store open 2.99 s sample");
  });
});
