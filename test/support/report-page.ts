import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { scratchDir } from "./scratch-dir.ts";

const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A Chromium that looks nowhere by itself. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: process.env.DYNO_CHROMIUM ?? "/usr/bin/chromium", args: flags });
}

/** A report that is open in a browser. */
export interface OpenReport {
  readonly page: Page;
  /** What the console said, and every address that was asked for beside the file itself. */
  readonly complaints: string[];
}

/** Opens the text of a report from a file, offline. */
export async function openReport(
  browser: Browser,
  text: string,
  options: BrowserContextOptions = {},
): Promise<OpenReport> {
  const file = join(await scratchDir(), "report.html");
  await writeFile(file, text);
  const context = await browser.newContext({
    offline: true,
    viewport: { width: 1280, height: 900 },
    ...options,
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => {
    if (!/^(file|data):/.test(request.url())) complaints.push(request.url());
  });
  await page.goto(pathToFileURL(file).href);
  return { page, complaints };
}

/** What axe finds wrong with a page: rule and first place. */
export async function accessibilityProblems(page: Page): Promise<string[]> {
  const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
  // Injected by the test's own protocol, since the page's policy forbids foreign scripts.
  await page.evaluate(await readFile(axe, "utf8"));
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    return (await axe.run()).violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
  });
}
