import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { findProgram } from "../../src/drive/services/redis-process.ts";
import { mergePhases } from "../../src/measure/merge-phases.ts";
import { startMetricsServer } from "../../src/publish/metrics-server.ts";
import { renderPrometheus } from "../../src/publish/prometheus.ts";
import { durationEdges } from "../../src/publish/prometheus-metrics.ts";
import { sampleResult } from "../support/sample-result.ts";

const promtool = findProgram(["promtool"], process.env.PATH ?? "");

/** Whether this is text that Prometheus takes: by promtool where it is installed, else by the format's grammar. */
function expectValid(text: string): void {
  for (const line of text.trim().split("\n")) {
    expect(line).toMatch(/^(# (HELP|TYPE) \w+ .+|\w+(\{(\w+="(\\.|[^"\\])*",?)*\})? [-+.\deInf]+|)$/);
  }
  if (promtool !== undefined) execFileSync(promtool, ["check", "metrics"], { input: text });
}

describe("metrics.prom", () => {
  test("is valid, also with names that need escaping", async () => {
    expectValid(await renderPrometheus(sampleResult({ errors: true, verdict: "fail", text: 'a"b\\c\nd' })));
  });

  test("has the histogram's own counts in its buckets", async () => {
    const result = sampleResult({ trials: 2 });
    const text = await renderPrometheus(result);
    const [phase] = mergePhases(result.trials);
    for (const edge of durationEdges) {
      const count = new RegExp(`duration_seconds_bucket\\{le="${edge}",[^}]*\\} (\\d+)`).exec(text)?.[1];
      expect(Number(count)).toBe(phase?.response.countAtOrBelow(edge * 1e6));
    }
    expect(text).toContain('dyno_operations_total{scenario="sample",phase="steady",outcome="success"} 8000');
    expect(text).toContain(
      'dyno_target_status{scenario="sample",phase="steady",target="p99",status="pass"} 1',
    );
    expect(text).toContain('dyno_target_limit{scenario="sample",phase="steady",target="p99"} 0.005');
  });
});

describe("the live server", () => {
  test("serves what the intervals add up to", async () => {
    const server = await startMetricsServer({ port: 0, scenario: "s" });
    const [trial] = sampleResult({ errors: true }).trials;
    for (const interval of trial?.timeline ?? []) server.update({ type: "interval", interval });
    const text = await (await fetch(server.url)).text();
    const missing = await fetch(new URL("/other", server.url));
    await server.close();
    expectValid(text);
    expect(text).toContain('dyno_operations_total{scenario="s",phase="steady",outcome="success"} 3000');
    expect(text).toContain('dyno_operations_total{scenario="s",phase="steady",outcome="error"} 7');
    expect(text).toContain('dyno_operation_duration_seconds_count{scenario="s",phase="steady"} 3000');
    expect(missing.status).toBe(404);
  });
});
