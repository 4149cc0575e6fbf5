import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { DynoError } from "../../src/base/errors.ts";
import type { ProgressEvent } from "../../src/drive/progress.ts";
import { withServer } from "../../src/drive/trial-server.ts";
import type { TrialResult } from "../../src/measure/result.ts";
import { root } from "../support/run-dyno.ts";
import { sampleResult } from "../support/sample-result.ts";
import { scratchDir } from "../support/scratch-dir.ts";

const [measured] = sampleResult().trials as [TrialResult];
const phase = { type: "phase", phase: "steady", kind: "measured", summary: "", durationMs: 1 } as const;
/** It ends when it is asked for anything. */
const mortal =
  "require('node:http').createServer(() => { console.error('out of luck'); process.exit(3) }).listen(process.env.PORT)";

async function trialOf(command: readonly string[] | undefined) {
  const events: ProgressEvent[] = [];
  const start = { command, env: {}, ready: { within: 20_000 }, stop: { signal: "SIGTERM", within: 20_000 } };
  const logPath = join(await scratchDir(), "report", "server.log");
  const trial = {
    target: { settings: command === undefined ? {} : { start } },
    scenarioDir: root,
    env: process.env,
    signal: AbortSignal.timeout(25_000),
    onEvent: (event: ProgressEvent) => void events.push(event),
    logPath,
  };
  return { trial, events, logPath };
}

/** It ends likewise, and leaves somebody behind who holds its output open, so that its end is known only a while later. */
const mortalParent = `require('node:child_process').spawn('sleep', ['2'], { detached: true, stdio: 'inherit' }); ${mortal}`;

/** Waits until a process has ended, and our Node knows. */
async function untilReaped(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** Asks the server for something, and waits until it is known to have ended. */
async function provoke(url: string | undefined, events: readonly ProgressEvent[]): Promise<void> {
  await fetch(url ?? "").catch(() => undefined);
  while (!events.some(({ type }) => type === "fault")) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe("a trial whose target brings a server", () => {
  test("is told its address, and its result that it stayed up", async () => {
    const { trial, events, logPath } = await trialOf([process.execPath, "examples/http-server/server.mjs"]);
    const result = await withServer(trial, async ({ addresses }) => {
      expect((await fetch(`${addresses.serverUrl}/healthz`)).status).toBe(200);
      return measured;
    });
    expect(result).toEqual({
      ...measured,
      checks: [...measured.checks, { name: "server stayed up", ok: true, detail: expect.any(String) }],
    });
    expect(events).toEqual([
      { type: "service", text: expect.stringMatching(/^server: .* \(pid \d+\), ready/) },
    ]);
    expect(readFileSync(logPath, "utf8")).toMatch(/^listening on port \d+\n/);
  });

  test("has a failing check and a mark where the server ends in the meantime", async () => {
    const { trial, events, logPath } = await trialOf([process.execPath, "-e", mortal]);
    const result = await withServer(trial, async ({ addresses, onEvent }) => {
      onEvent(phase);
      await provoke(addresses.serverUrl, events);
      return measured;
    });
    const detail = expect.stringMatching(/ended with code 3 after .*; it wrote last: out of luck$/);
    expect(result.checks.at(-1)).toEqual({ name: "server stayed up", ok: false, detail });
    const [mark] = result.marks.slice(-1);
    expect(mark).toEqual({ atMs: expect.any(Number), label: "the server ended" });
    expect(mark?.atMs).toBeGreaterThan(0);
    expect(events.at(-1)).toEqual({ type: "fault", mark });
    expect(readFileSync(logPath, "utf8")).toBe("out of luck\n");
  });

  test("has a failing check where the server ends just before its end", async () => {
    const { trial, events } = await trialOf([process.execPath, "-e", mortalParent]);
    const result = await withServer(trial, async ({ addresses }) => {
      const [service] = events;
      const pid = service?.type === "service" ? /pid (\d+)/.exec(service.text)?.[1] : undefined;
      await fetch(addresses.serverUrl ?? "").catch(() => undefined);
      await untilReaped(Number(pid));
      return measured;
    });
    const detail = expect.stringMatching(/ended with code 3 after .*; it wrote last: out of luck$/);
    expect(result.checks.at(-1)).toEqual({ name: "server stayed up", ok: false, detail });
    expect(result.marks.at(-1)).toMatchObject({ label: "the server ended" });
  });

  test("that cannot begin, since the server has ended, says so first", async () => {
    const { trial, events } = await trialOf([process.execPath, "-e", mortal]);
    const running = withServer(trial, async ({ addresses }) => {
      await provoke(addresses.serverUrl, events);
      throw new DynoError("setup", "nobody answers");
    });
    await expect(running).rejects.toMatchObject({
      code: "setup",
      message: expect.stringMatching(/ended with code 3 .*out of luck; then nobody answers$/),
    });
  });
});

test("a trial whose target brings no server is run as it is", async () => {
  const { trial, events, logPath } = await trialOf(undefined);
  expect(
    await withServer(trial, async ({ addresses }) => ({ ...measured, seed: Object.keys(addresses).length })),
  ).toEqual({
    ...measured,
    seed: 0,
  });
  expect({ events, hasLog: existsSync(logPath) }).toEqual({ events: [], hasLog: false });
});
