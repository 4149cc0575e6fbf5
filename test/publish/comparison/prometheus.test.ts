import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { findProgram } from "../../../src/drive/services/redis-process.ts";
import { renderComparisonMetrics } from "../../../src/publish/comparison/prometheus.ts";
import { sampleComparison } from "../../support/sample-comparison.ts";

const promtool = findProgram(["promtool"], process.env.PATH ?? "");

describe("metrics.prom of a comparison", () => {
  test("has estimate, interval, margin and verdict of each metric, and the status of scenario and gate", async () => {
    const text = await renderComparisonMetrics(sampleComparison());
    const p50 = 'scenario="publish-steady",variant="head",phase="steady",metric="p50"';
    expect(text).toMatch(new RegExp(`dyno_comparison_ratio\\{${p50}\\} 1\\.08\\d+`));
    expect(text).toMatch(new RegExp(`dyno_comparison_interval_ratio\\{${p50},bound="low"\\} 1\\.06\\d+`));
    expect(text).toMatch(new RegExp(`dyno_comparison_interval_ratio\\{${p50},bound="high"\\} 1\\.09\\d+`));
    expect(text).toContain(`dyno_comparison_margin_ratio{${p50}} 0.05`);
    expect(text).toContain(`dyno_comparison_verdict{${p50},verdict="worse"} 1`);
    expect(text).toContain(`dyno_comparison_verdict{${p50},verdict="same"} 0`);
    expect(text).toMatch(/dyno_comparison_difference_ratio\{.*metric="error_rate"\} 0\.0000?[19]/);
    expect(text).not.toMatch(/dyno_comparison_ratio\{.*metric="error_rate"/);
    expect(text).toContain('dyno_comparison_status{scenario="read-mix",variant="head",status="pass"} 1');
    expect(text).toContain('dyno_gate_status{status="fail"} 1');
    expect(text).not.toContain("9f2c4b71de");
  });

  test("is valid, also with names that need escaping and where nothing was compared", async () => {
    const odd = await renderComparisonMetrics(sampleComparison({ text: 'a"b\\c\nd' }));
    const nothing = await renderComparisonMetrics({ ...sampleComparison(), comparisons: [] });
    for (const text of [odd, nothing]) {
      for (const line of text.trim().split("\n")) {
        expect(line).toMatch(/^(# (HELP|TYPE) \w+ .+|\w+(\{(\w+="(\\.|[^"\\])*",?)*\})? [-+.\deInf]+|)$/);
      }
      if (promtool !== undefined) execFileSync(promtool, ["check", "metrics"], { input: text });
    }
  });
});
