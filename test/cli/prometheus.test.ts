import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { copyFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { parse } from "yaml";
import { serveObservability } from "../../src/engine/observe/observe-server.ts";
import { ensureInstalled } from "../support/ensure-installed.ts";
import { busyObservability, harnessExpositions } from "../support/exported-metrics.ts";
import { filledIn, panelQueries, type Query, variableQueries } from "../support/promql.ts";
import { folderWith, main, root } from "../support/run-dyno.ts";
import { scratchDir } from "../support/scratch-dir.ts";
import { type StartedProcess, startProcess } from "../support/started-process.ts";

const deploy = join(root, "deploy");
const scenario = `why: A test.
target: { kind: synthetic, law: error, errorRatio: 10% }
warmup: none
interval: 200ms
load: [{ phase: steady, shape: constant-rate, rate: 200/s, for: 4s, lowCpu: true }]
targets: [p50 < 1s in steady]
`;

let programs: { readonly prometheus: string; readonly promtool: string };
beforeAll(() => {
  const [prometheus, promtool] = ["prometheus", "promtool"].map((name) =>
    ensureInstalled({ names: [name], debianPackage: "prometheus" }),
  );
  programs = { prometheus: prometheus ?? "", promtool: promtool ?? "" };
}, 300_000);

/** The address of each source of figures. */
interface Sources {
  readonly serve: string;
  readonly engine: string;
  readonly files: string;
}

async function startSources(): Promise<Sources & { readonly url: string }> {
  const cwd = await folderWith(scenario);
  const serve = startProcess(process.execPath, [main, "serve", "--port", "0"], { cwd });
  const url = await serve.wrote(/dashboard at (http:\S+)/);
  const { registry } = await busyObservability();
  const engine = await serveObservability({
    registry,
    health: () => ({ status: "ok", parts: [] }),
    port: 0,
  });
  onTestFinished(() => engine.close());
  const { gate, tuning, capacity, sweep, matrix } = await harnessExpositions();
  // As the textfile collector does: one exposition, each comment once.
  const others = [tuning, capacity, sweep, matrix].join("").replace(/^.*dyno_build_info.*\n/gm, "");
  const text = `${gate}${others}`;
  const files = createServer((_, response) => response.setHeader("content-type", "text/plain").end(text));
  await new Promise<void>((resolve) => files.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void files.close());
  const { port } = files.address() as AddressInfo;
  return { url, serve: new URL(url).host, engine: new URL(engine.url).host, files: `127.0.0.1:${port}` };
}

async function startPrometheus(
  sources: Sources,
): Promise<{ readonly url: string; readonly process: StartedProcess }> {
  const dir = await scratchDir();
  await copyFile(join(deploy, "prometheus", "dyno-alerts.yml"), join(dir, "dyno-alerts.yml"));
  const jobs = (["serve", "engine", "files"] as const).map(
    (job) => `  - { job_name: ${job}, static_configs: [{ targets: ["${sources[job]}"] }] }`,
  );
  const config = `global: { scrape_interval: 500ms, scrape_timeout: 500ms, evaluation_interval: 500ms }
rule_files: [dyno-alerts.yml]
scrape_configs:
${jobs.join("\n")}
`;
  await writeFile(join(dir, "prometheus.yml"), config);
  const started = startProcess(
    programs.prometheus,
    ["--config.file=prometheus.yml", "--storage.tsdb.path=data", "--web.listen-address=127.0.0.1:0"],
    { cwd: dir },
  );
  const address = await started.wrote(/Listening on" address=(127\.0\.0\.1:[1-9]\d*)/);
  return { url: `http://${address}`, process: started };
}

interface Series {
  readonly metric: Readonly<Record<string, string>>;
}

/** The series that a query gives anywhere in the last two minutes; throws what Prometheus says against it. */
async function ask(prometheus: string, expr: string): Promise<readonly Series[]> {
  const end = Date.now() / 1000;
  const query = new URLSearchParams({
    query: filledIn(expr),
    start: `${end - 120}`,
    end: `${end}`,
    step: "0.5",
  });
  const answer = await fetch(`${prometheus}/api/v1/query_range?${query}`);
  const { status, error, data } = (await answer.json()) as {
    readonly status: string;
    readonly error?: string;
    readonly data?: { readonly result: readonly Series[] };
  };
  if (status !== "success") throw new Error(`${expr}: ${error}`);
  return data?.result ?? [];
}

/** Queries that give nothing, or series without a label that their legend names. */
async function shortcomings(prometheus: string, queries: readonly Query[]): Promise<string[]> {
  const found: string[] = [];
  for (const { where, expr, shown } of queries) {
    const series = await ask(prometheus, expr);
    if (series.length === 0) found.push(`${where}: no data of ${expr}`);
    for (const label of shown)
      if (series.length > 0 && !series.some(({ metric }) => label in metric))
        found.push(`${where}: no label ${label} of ${expr}`);
  }
  return found;
}

/** Begins a run, where none is under way. */
async function beginRun(url: string): Promise<void> {
  const answer = await fetch(new URL("api/runs", url), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: '{"scenario":"steady"}',
  });
  expect([202, 409]).toContain(answer.status);
}

interface Rule {
  readonly name: string;
  readonly health: string;
  readonly state: string;
}

async function rulesOf(prometheus: string): Promise<readonly Rule[]> {
  const answer = await fetch(`${prometheus}/api/v1/rules`);
  const { data } = (await answer.json()) as {
    readonly data: { readonly groups: readonly { readonly rules: readonly Rule[] }[] };
  };
  return data.groups.flatMap(({ rules }) => rules);
}

test("a real Prometheus scrapes a live run, and every query of the dashboards and alerts works on it", async () => {
  const sources = await startSources();
  const prometheus = await startPrometheus(sources);
  const names = readdirSync(join(deploy, "grafana")).filter((name) => name.endsWith(".json"));
  const queries = names.flatMap((name) => {
    const text = readFileSync(join(deploy, "grafana", name), "utf8");
    return [...panelQueries(text), ...variableQueries(text)];
  });
  // A scrape can come too late on a busy machine, and then the next run is seen: one is always under way.
  const lookWhileRunning = async (): Promise<string[]> => {
    await beginRun(sources.url);
    return shortcomings(prometheus.url, queries);
  };
  await expect.poll(lookWhileRunning, { timeout: 90_000, interval: 1000 }).toEqual([]);
  const rulesNow = () => rulesOf(prometheus.url);
  await expect
    .poll(async () => (await rulesNow()).filter(({ health }) => health !== "ok"), { timeout: 20_000 })
    .toEqual([]);
  // The sample's gate has failed.
  expect((await rulesNow()).find(({ name }) => name === "DynoGateFailed")?.state).toBe("firing");
  const exposition = await (await fetch(new URL("metrics", sources.url))).text();
  execFileSync(programs.promtool, ["check", "metrics"], { input: exposition });
  expect(exposition).toContain('dyno_operations_total{scenario="steady",phase="steady",outcome="success"}');
}, 120_000);

test("promtool finds nothing wrong with the rules, the configuration and all that is exported", async () => {
  const check = (kind: string, input: string, ...args: readonly string[]): string =>
    execFileSync(programs.promtool, ["check", kind, ...args], { input, encoding: "utf8" });
  expect(check("config", "", join(deploy, "prometheus", "prometheus.yml"))).toContain("13 rules found");
  const engine = await (await busyObservability()).registry.metrics();
  for (const exposition of [...Object.values(await harnessExpositions()), engine])
    check("metrics", exposition);
});

test("alerts fire when they should, and not before", async () => {
  const dir = await scratchDir();
  const rules = parse(readFileSync(join(deploy, "prometheus", "dyno-alerts.yml"), "utf8"));
  // What is compared is when an alert fires, and for what; its words may change. JSON is YAML too.
  const plain = JSON.stringify(rules, (key, value) => (key === "annotations" ? undefined : value));
  await writeFile(join(dir, "rules.yml"), plain);
  const series = (text: string, values: string): string => `{ series: '${text}', values: '${values}' }`;
  const expected = (atMinutes: number, alert: string, labels: string | undefined): string =>
    `{ eval_time: ${atMinutes}m, alertname: ${alert}, exp_alerts: [${labels === undefined ? "" : `{ exp_labels: ${labels} }`}] }`;
  const breaker = (value: string) =>
    series('dyno_engine_breaker_state{instance="a",breaker="cards",state="open"}', value);
  const failing = (outcome: string, values: string) =>
    series(
      `dyno_engine_work_duration_seconds_count{instance="a",kind="step",name="pay",outcome="${outcome}"}`,
      values,
    );
  const text = `rule_files: [rules.yml]
evaluation_interval: 30s
tests:
  - interval: 30s
    input_series:
      - ${breaker("0x9 1x10")}
      - ${failing("ok", "0+90x40")}
      - ${failing("error", "0+10x40")}
      - ${series('dyno_target_status{scenario="s",phase="p",target="p99",status="fail"}', "0x4 1x10")}
    alert_rule_test:
      - ${expected(5, "DynoEngineBreakerOpen", undefined)}
      - ${expected(8, "DynoEngineBreakerOpen", "{ severity: warning, instance: a, breaker: cards, state: open }")}
      - ${expected(4, "DynoEngineHandlersFail", undefined)}
      - ${expected(12, "DynoEngineHandlersFail", "{ severity: warning, instance: a, kind: step, name: pay }")}
      - ${expected(2, "DynoTargetMissed", undefined)}
      - ${expected(3, "DynoTargetMissed", "{ severity: warning, scenario: s, phase: p, target: p99, status: fail }")}
`;
  await writeFile(join(dir, "alerts.test.yml"), text);
  execFileSync(programs.promtool, ["test", "rules", "alerts.test.yml"], { cwd: dir, encoding: "utf8" });
});
