import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { createManualClock } from "../../src/base/clock.ts";
import { targetSchemas } from "../../src/drive/target-schemas.ts";
import { createScenarioReader } from "../../src/scenario/scenario-summary.ts";
import {
  type DashboardServer,
  type DashboardServerOptions,
  openDashboardServer,
} from "../../src/serve/dashboard-server.ts";
import { scratchDir } from "./scratch-dir.ts";
import { type ScriptedRun, scriptedRuns } from "./scripted-runs.ts";

/** A dashboard on a real socket whose runs are scripted. */
export interface TestDashboard {
  readonly server: DashboardServer;
  readonly runs: readonly ScriptedRun[];
  readonly reportsDir: string;
  readonly logged: readonly string[];
  /** Sends a request to a path; a body makes it a POST of JSON. */
  ask(path: string, options?: AskOptions): Promise<Answer>;
}

/** How to ask. */
export interface AskOptions {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What came back; `json` is undefined where the answer is none. */
export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly json: unknown;
  readonly headers: Headers;
}

const steady = `why: A test <b>of</b> the dashboard.
target: { kind: synthetic, law: noop }
load: [{ phase: steady, shape: constant-rate, rate: 100/s, for: 2s }]
`;

/** Opens a dashboard over a folder with the scenario `steady`, one that is wrong, and a suite; it is closed with the test. */
export async function openTestDashboard(
  options: Partial<DashboardServerOptions> = {},
): Promise<TestDashboard> {
  const cwd = await scratchDir();
  await mkdir(join(cwd, "scenarios"));
  await writeFile(join(cwd, "scenarios", "steady.yaml"), steady);
  await writeFile(join(cwd, "scenarios", "wrong.yaml"), "why: wrong\ntarget: { kind: nothing }\n");
  await writeFile(join(cwd, "scenarios", "gate.yaml"), "why: A suite.\nscenarios: [steady]\n");
  await writeFile(join(cwd, "secret.txt"), "not for the web");
  const reportsDir = join(cwd, "reports");
  const { startRun, runs } = scriptedRuns();
  const logged: string[] = [];
  const server = await openDashboardServer({
    host: "127.0.0.1",
    port: 0,
    readScenarios: createScenarioReader(join(cwd, "scenarios"), { targetSchemas, env: {} }),
    reportsDir,
    startRun,
    clock: createManualClock(),
    dynoVersion: "1.2.3",
    log: (line) => logged.push(line),
    ...options,
  });
  onTestFinished(() => server.close("SIGTERM"));
  const ask = async (path: string, { method, body, headers }: AskOptions = {}): Promise<Answer> => {
    const answer = await fetch(new URL(path, server.url), {
      redirect: "manual",
      method: method ?? (body === undefined ? "GET" : "POST"),
      headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    const isJson = answer.headers.get("content-type")?.startsWith("application/json") === true;
    return {
      status: answer.status,
      text,
      json: isJson ? JSON.parse(text) : undefined,
      headers: answer.headers,
    };
  };
  return { server, runs, reportsDir, logged, ask };
}
