import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { renderHtml } from "../../src/publish/html/render-html.ts";
import { openTestDashboard, type TestDashboard } from "../support/dashboard.ts";
import { accessibilityProblems, launchChromium } from "../support/report-page.ts";
import { sampleResult } from "../support/sample-result.ts";

describe("the dashboard in Chromium", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());

  /** Opens the page; complaints are what its console said, and addresses of anything but the server. */
  const open = async ({ server }: TestDashboard, options: BrowserContextOptions = {}) => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    onTestFinished(() => context.close());
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("request", (request) => {
      if (!request.url().startsWith(server.url) && !request.url().startsWith("data:"))
        complaints.push(request.url());
    });
    const connected = page.waitForEvent("websocket");
    await page.goto(server.url);
    await (await connected).waitForEvent("framereceived");
    return { page, complaints };
  };

  /** Moves the focus forward until it is on what is wanted, as a person with a keyboard does. */
  const tabTo = async (page: Page, selector: string): Promise<void> => {
    const isThere = (): Promise<boolean> =>
      page.evaluate(`document.activeElement?.matches(${JSON.stringify(selector)}) === true`);
    for (let i = 0; i < 40 && !(await isThere()); i++) await page.keyboard.press("Tab");
    expect(await isThere()).toBe(true);
  };

  const feed = (dashboard: TestDashboard): void => {
    const watch = dashboard.runs.at(-1)?.watch;
    watch?.onEvent({ type: "service", text: "redis 7.2, started by dyno" });
    watch?.onEvent({ type: "trial", trial: 0, of: 1 });
    watch?.onEvent({
      type: "phase",
      phase: "steady",
      kind: "measured",
      summary: "500/s for 8 s",
      durationMs: 8000,
    });
    const rows = sampleResult({ errors: true }).trials[0]?.timeline ?? [];
    for (const interval of rows) watch?.onEvent({ type: "interval", interval });
  };

  const finish = async (dashboard: TestDashboard): Promise<void> => {
    const run = dashboard.runs.at(-1);
    const result = sampleResult({ text: "steady" });
    const folder = "20260101-000000-steady";
    await mkdir(join(dashboard.reportsDir, folder), { recursive: true });
    await writeFile(join(dashboard.reportsDir, folder, "result.json"), JSON.stringify(result));
    await writeFile(join(dashboard.reportsDir, folder, "report.html"), renderHtml(result));
    run?.watch.onResult(result, folder);
    run?.end(0);
  };

  test.each(["light", "dark"] as const)(
    "is accessible and quiet before, during and after a run, in %s",
    async (colorScheme) => {
      const dashboard = await openTestDashboard();
      const { page, complaints } = await open(dashboard, { colorScheme });
      expect(await accessibilityProblems(page)).toEqual([]);
      await page.locator("[data-run=steady]").click();
      await page.locator("progress").or(page.getByText("Setting up.")).first().waitFor();
      feed(dashboard);
      await page.getByText("500/s for 8 s").last().waitFor();
      expect(await page.locator("#live svg[role=img]").count()).toBe(2);
      expect(await accessibilityProblems(page)).toEqual([]);
      await finish(dashboard);
      await page.locator("#open-report").waitFor();
      expect(await accessibilityProblems(page)).toEqual([]);
      expect(complaints).toEqual([]);
    },
  );

  test("starts a run, is followed, and opens its report by the keyboard alone", async () => {
    const dashboard = await openTestDashboard();
    const { page, complaints } = await open(dashboard);
    await tabTo(page, "[data-run=steady]");
    await page.keyboard.press("Enter");
    await expect.poll(() => dashboard.runs.length).toBe(1);
    feed(dashboard);
    await page.locator("#live .tile").first().waitFor();
    expect(await page.locator("#said").textContent()).toBe("steady: steady, 500/s for 8 s.");
    // What can be done next has the focus.
    expect(await page.evaluate("document.activeElement.id")).toBe("cancel");
    await finish(dashboard);
    await page.locator("#open-report").waitFor();
    expect(await page.locator("#live .badge").innerText()).toMatch(/Pass\s+exit code 0/);
    expect(await page.locator("#said").textContent()).toBe("steady: Pass, exit code 0.");
    expect(await page.locator("#report-list tbody tr").count()).toBe(1);
    expect(await page.evaluate("document.activeElement.id")).toBe("open-report");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/report.html");
    expect(await page.title()).toBe("pass · steady · dyno");
    // The report's own script runs in its sandbox.
    await page.locator("[data-do=theme]").click();
    expect(await page.locator("html").getAttribute("data-theme")).toBe("dark");
    expect(complaints).toEqual([]);
  });

  test("a report cannot use the server in the user's name", async () => {
    const dashboard = await openTestDashboard();
    await mkdir(join(dashboard.reportsDir, "evil"));
    const script =
      "fetch('/api/runs',{method:'POST',headers:{'content-type':'application/json'},body:'{\"scenario\":\"steady\"}'}).then(()=>document.title='done',()=>document.title='failed')";
    await writeFile(join(dashboard.reportsDir, "evil", "report.html"), `<script>${script}</script>`);
    const { page } = await open(dashboard);
    await page.goto(new URL("/reports/evil/report.html", dashboard.server.url).href);
    await expect.poll(() => page.title()).toBe("failed");
    expect(dashboard.runs).toHaveLength(0);
  });

  test("who comes later sees the run, and can cancel it", async () => {
    const dashboard = await openTestDashboard();
    await dashboard.ask("/api/runs", { body: { scenario: "steady" } });
    feed(dashboard);
    const { page } = await open(dashboard);
    expect(await page.locator("#live .tile").count()).toBe(6);
    await page.getByRole("button", { name: "Cancel the run" }).click();
    await expect.poll(() => dashboard.runs[0]?.signal.aborted).toBe(true);
    await page.locator("#live").getByText("exit code 130").waitFor();
    expect(await page.getByRole("button", { name: "Cancel the run" }).isHidden()).toBe(true);
  });

  test("says why a run was not begun: another is under way; the scenario is wrong", async () => {
    const dashboard = await openTestDashboard();
    const { page } = await open(dashboard);
    await dashboard.ask("/api/runs", { body: { scenario: "steady" } });
    const button = page.locator("[data-run=steady]");
    await expect.poll(() => button.getAttribute("aria-disabled")).toBe("true");
    // It can still be reached and pressed, so that the reason can be heard.
    await button.focus();
    await page.keyboard.press("Enter");
    const said = page.getByText("a run of steady is under way");
    await said.waitFor();
    // The figures of the run go on, and do not take the reason away; its next phase does.
    const [row] = sampleResult().trials[0]?.timeline ?? [];
    if (row !== undefined) dashboard.runs[0]?.watch.onEvent({ type: "interval", interval: row });
    await page.locator("#live .tile").first().waitFor();
    expect(await said.isVisible()).toBe(true);
    feed(dashboard);
    await expect.poll(() => page.locator("#said").textContent()).toBe("steady: steady, 500/s for 8 s.");
    dashboard.runs[0]?.fail(new Error("out of memory <b>"));
    await page.locator("#live").getByText("out of memory <b>").waitFor();
    expect(await page.locator("[data-run=wrong]").count()).toBe(0);
    expect(await page.getByText("npx dyno lint").count()).toBe(1);
  });

  test("hands on the options, and refuses what is out of range in words", async () => {
    const dashboard = await openTestDashboard();
    const { page } = await open(dashboard);
    await page.getByText("Options of the next run").click();
    await page.getByLabel("Trials").fill("0");
    await page.locator("[data-run=steady]").click();
    await page.getByText("repeat must be >= 1").waitFor();
    await page.getByLabel("Trials").fill("3");
    await page.getByLabel("Seed").fill("11");
    await page.locator("[data-run=steady]").click();
    await expect.poll(() => dashboard.runs[0]?.request).toMatchObject({ repeat: 3, seed: 11 });
  });

  test("says that the server is gone", async () => {
    const dashboard = await openTestDashboard();
    const { page } = await open(dashboard);
    await dashboard.server.close("SIGTERM");
    await page.getByText("The connection to dyno serve is lost").waitFor();
  });

  test("needs no sideways scroll on a phone, also while a run is shown", async () => {
    const dashboard = await openTestDashboard();
    await dashboard.ask("/api/runs", { body: { scenario: "steady" } });
    feed(dashboard);
    const { page } = await open(dashboard, { viewport: { width: 390, height: 844 } });
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390);
    expect(await page.locator("#live .tile").count()).toBe(6);
  });

  test("reads well without JavaScript", async () => {
    const dashboard = await openTestDashboard();
    await finish(dashboard);
    const context = await browser.newContext({ javaScriptEnabled: false });
    onTestFinished(() => context.close());
    const page = await context.newPage();
    await page.goto(dashboard.server.url);
    await page.locator("#report-list a").click();
    await page.waitForURL("**/report.html");
  });
});
