import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { exitMeaning, sentence } from "../../src/judge/outcome.ts";
import type { RunResult } from "../../src/measure/result.ts";
import { reportFolderIn } from "../support/report-folder.ts";
import { launchChromium } from "../support/report-page.ts";
import { dyno, folderWith, main, resultIn } from "../support/run-dyno.ts";
import { scratchDir } from "../support/scratch-dir.ts";
import { type StartedProcess, startProcess } from "../support/started-process.ts";

const short = `why: A test.
target: { kind: synthetic, law: noop }
warmup: none
interval: 200ms
load: [{ phase: steady, shape: constant-rate, rate: 500/s, for: 2s, lowCpu: true }]
targets: [error_rate < 1%]
`;

const passing = `why: A test.
target: { kind: synthetic, law: fixed, latency: 1ms }
warmup: none
interval: 200ms
`;
const crossed = `${passing}load: [{ phase: steady, shape: concurrency, clients: 1, for: 1s }]
targets: [error_rate < 1%]
matrix: { target.latency: [1ms, 2ms], rounds: 1 }
`;
const sweeping = `${passing}load: { sweep: { concurrency: [1, 2, 3, 4], hold: 500ms, rounds: 2 } }
targets: [p50 < 1s]
`;
const searching = `${passing.replace("law: fixed, latency: 1ms", "law: error, errorRatio: 1")}load: { capacity: { until: error_rate > 1%, from: 50/s, hold: 1s, budget: 20s } }
`;

async function serve(
  cwd: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly url: string; readonly process: StartedProcess }> {
  const started = startProcess(process.execPath, [main, "serve", "--port", "0", ...args], { cwd, env });
  return { url: await started.wrote(/dashboard at (http:\S+?)(?:\?|\s)/), process: started };
}

describe("dyno serve", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());

  const open = async (url: string): Promise<Page> => {
    const context = await browser.newContext();
    onTestFinished(() => context.close());
    const page = await context.newPage();
    const connected = page.waitForEvent("websocket");
    await page.goto(url);
    await (await connected).waitForEvent("framereceived");
    return page;
  };

  test("runs a scenario from the page by keyboard, shows it live, and leads to its report", async () => {
    const cwd = await folderWith(short);
    const { url } = await serve(cwd);
    const page = await open(url);
    await page.locator("[data-run=steady]").focus();
    await page.keyboard.press("Enter");
    await page.locator("#live .tile").first().waitFor();
    await page.locator("#open-report").waitFor();
    const { result, files } = await resultIn(cwd);
    expect(files).toEqual(expect.arrayContaining(["metrics.prom", "report.html", "result.json"]));
    expect(result.command).toBe("npx dyno run scenarios/steady.yaml");
    expect(await page.locator("#live .badge").innerText()).toContain(`exit code ${result.exitCode}`);
    await page.locator("#open-report").click();
    await page.waitForURL("**/report.html");
    expect(await page.title()).toContain("steady · dyno");
  });

  test.each([
    ["a matrix", crossed, "matrix.json"],
    ["a sweep", sweeping, "sweep.json"],
    ["a search for the capacity", searching, "capacity.json"],
  ])("shows %s live, what it came to in its own words, and its report", async (_, scenario, file) => {
    const cwd = await folderWith(scenario);
    const { url, process: started } = await serve(cwd);
    const page = await open(url);
    await page.locator("[data-run=steady]").click();
    await page.locator("#live .tile").first().waitFor();
    await page.locator("#open-report").waitFor();
    const path = join(cwd, "reports", await reportFolderIn(cwd), file);
    const { outcome, exitCode, reason } = JSON.parse(await readFile(path, "utf8")) as Pick<
      RunResult,
      "outcome" | "exitCode" | "reason"
    >;
    const ended = page.locator("#live .ended").first();
    expect(await ended.textContent()).toBe(reason);
    // What stands in for the words of a result is not shown beside one.
    expect(await page.locator("#live").innerText()).not.toContain(sentence(exitMeaning(exitCode)));
    expect(started.written()).toContain(`steady: ${outcome}. ${reason}`);
    expect(await page.locator("#report-list tbody tr").count()).toBe(1);
    await page.locator("#open-report").click();
    await page.waitForURL("**/report.html");
    expect(await page.locator("main").innerText()).toContain("steady");
  });

  test("links no report that could not be written, and logs why", async () => {
    const cwd = await folderWith(short);
    const { url, process: started } = await serve(cwd);
    // Nothing can be written into it from now on.
    await rm(join(cwd, "reports"), { recursive: true });
    await writeFile(join(cwd, "reports"), "");
    const page = await open(url);
    await page.locator("[data-run=steady]").click();
    await page.locator("#live .ended").waitFor();
    expect(await page.locator("#open-report").count()).toBe(0);
    expect(started.written()).toMatch(/^dyno: .*report\.html could not be written: /m);
  });

  test("shows what is wrong with a scenario that was broken after the page was opened", async () => {
    const cwd = await folderWith(short.replace("noop", "nothing"));
    const { url } = await serve(cwd);
    await fetch(new URL("api/runs", url), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"scenario":"steady"}',
    });
    const page = await open(url);
    await page.locator("#live pre").getByText("steady.yaml:2:").waitFor();
  });

  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)(
    "%s ends it with %i in mid-run, with a tab open, and the report is written",
    async (signal, code) => {
      const cwd = await folderWith(short.replace("for: 2s", "for: 60s"));
      const { url, process: started } = await serve(cwd);
      const page = await open(url);
      await page.locator("[data-run=steady]").click();
      await page.locator("#live .tile").first().waitFor();
      started.child.kill(signal);
      expect(await started.ended()).toEqual({ code, signal: null });
      expect((await resultIn(cwd)).result).toMatchObject({ outcome: "interrupted", exitCode: code });
      await page.getByText("The connection to dyno serve is lost").waitFor();
    },
  );

  test("asks for its token, and takes it once from the address", async () => {
    const token = "a-token-of-sixteen-characters";
    const { url, process: started } = await serve(await folderWith(short), [], { DYNO_TOKEN: token });
    expect(started.written()).not.toContain(token);
    expect((await fetch(url)).status).toBe(401);
    const page = await open(`${url}?token=${token}`);
    expect(page.url()).toBe(url);
    await page.reload();
    expect(await page.title()).toBe("dyno serve");
  });
});

describe("dyno serve does not start", () => {
  test("where its port is taken", async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void taken.close());
    const { port } = taken.address() as { port: number };
    const { code, stderr } = await dyno(["serve", "--port", String(port)], { cwd: await scratchDir() });
    expect(code).toBe(4);
    expect(stderr.split("\n")[0]).toBe(
      `dyno: the dashboard cannot be served on 127.0.0.1:${port}: it is in use; choose another with --port, such as --port ${port + 1}`,
    );
  });

  test("beyond this machine without a token, and then leaves no folder behind", async () => {
    const cwd = await scratchDir();
    const { code, stderr } = await dyno(["serve", "--host", "0.0.0.0"], { cwd, env: { DYNO_TOKEN: "" } });
    expect(code).toBe(2);
    expect(stderr).toContain("set DYNO_TOKEN");
    expect(await readdir(join(cwd))).toEqual([]);
  });
});
