import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { findProgram } from "../../src/drive/services/redis-process.ts";
import { renderJson } from "../../src/publish/json.ts";
import { renderTuneMetrics } from "../../src/publish/prometheus-tune.ts";
import { publishTuning } from "../../src/publish/publishers.ts";
import { configText, settingText } from "../../src/publish/tuned-words.ts";
import { readTunedConfig } from "../../src/scenario/tuned-file.ts";
import { scratchDir } from "../support/scratch-dir.ts";
import { sampleProof, tuningResult } from "../support/tuning-result.ts";

const promtool = findProgram(["promtool"], process.env.PATH ?? "");

test("tuning.json holds the whole result", () => {
  expect(JSON.parse(renderJson(tuningResult()))).toEqual(tuningResult());
});

test("a tuning is written as its data, the settings to use, and metrics", async () => {
  const dir = await scratchDir();
  const { files, failures } = await publishTuning(tuningResult(), dir);
  expect(failures).toEqual([]);
  expect(files.slice(0, 2)).toEqual([join(dir, "tuning.json"), join(dir, "tuned.yaml")]);
  expect(files).toContain(join(dir, "metrics.prom"));
  const { scenario, overrides } = await readTunedConfig(join(dir, "tuned.yaml"));
  expect(scenario.name).toBe("steady");
  expect(overrides.map(({ value }) => value)).toEqual([256, 0, "log"]);
});

test("the settings to use hold what was laid on the scenario before it was tuned", async () => {
  const dir = await scratchDir();
  await publishTuning({ ...tuningResult(), laidOn: { "load.0.rate": "20k/s", "load.1.clients": 2 } }, dir);
  const { overrides } = await readTunedConfig(join(dir, "tuned.yaml"));
  expect(overrides.slice(0, 2).map(({ path, value }) => [path, value])).toEqual([
    [["load", 0, "rate"], "20k/s"],
    [["load", 1, "clients"], 2],
  ]);
});

describe("metrics.prom of a tuning", () => {
  test("has the claim, the settings to use and before, and what it took", async () => {
    const text = await renderTuneMetrics(tuningResult());
    expect(text).toContain('dyno_tune_status{scenario="steady",status="proven"} 1');
    expect(text).toContain('dyno_tune_status{scenario="steady",status="kept"} 0');
    expect(text).toMatch(/dyno_tune_claim_ratio\{scenario="steady"\} 0\.23\n/);
    expect(text).toContain('dyno_tune_objective_ratio{scenario="steady"} 0.72');
    expect(text).toContain('dyno_tune_objective_interval_ratio{scenario="steady",bound="high"} 0.77');
    expect(text).toContain('dyno_tune_setting{scenario="steady",setting="maxBatch"} 256');
    expect(text).toContain('dyno_tune_setting_default{scenario="steady",setting="maxBatch"} 1');
    expect(text).toContain('dyno_tune_setting_info{scenario="steady",setting="store",value="log"} 1');
    expect(text).toContain('dyno_tune_trials{scenario="steady"} 2');
    expect(text).toContain('dyno_tune_proof_pairs{scenario="steady"} 28');
    expect(text).toContain('dyno_tune_spent_seconds{scenario="steady",stage="proof"} 120');
    expect(text).not.toContain("9f2c4b71de");
  });

  test("claims nothing that is not proven, however good it looks", async () => {
    const proofs = [{ ...sampleProof, outcome: "target_missed" as const }];
    const text = await renderTuneMetrics(tuningResult({ outcome: "kept", proofs }));
    expect(text).toContain('dyno_tune_claim_ratio{scenario="steady"} 0\n');
    expect(text).toContain('dyno_tune_objective_ratio{scenario="steady"} 0.72');
  });

  test("is valid, also with names that need escaping and where nothing was measured", async () => {
    const odd = 'a"b\\c\nd';
    const { scenario, params } = tuningResult();
    const texts = await Promise.all([
      renderTuneMetrics(
        tuningResult({
          scenario: { ...scenario, name: odd },
          params: params.map((param) => ({ ...param, name: `${odd}${param.name}`, default: odd })),
        }),
      ),
      renderTuneMetrics(tuningResult({ outcome: "setup_failed", trials: [], steps: [], proofs: [] })),
    ]);
    const open = { estimate: Number.NaN, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
    const unknown = tuningResult({ outcome: "interrupted", proofs: [{ ...sampleProof, share: open }] });
    // As `dyno report` reads it, where what was no number is null.
    texts.push(await renderTuneMetrics(JSON.parse(renderJson(unknown))));
    for (const text of texts) {
      for (const line of text.trim().split("\n")) {
        expect(line).toMatch(/^(# (HELP|TYPE) \w+ .+|\w+(\{(\w+="(\\.|[^"\\])*",?)*\})? [-+.\deInf]+|)$/);
      }
      if (promtool !== undefined) execFileSync(promtool, ["check", "metrics"], { input: text });
    }
  });
});

describe("settings in words", () => {
  test.each([
    [{ unit: "events" }, 4096, "4\u202f096\u202fevents"],
    [{ unit: "" }, 0.125, "0.125"],
    [{}, true, "true"],
    [{ unit: "us" }, 1 / 3, "0.333333\u202fus"],
  ])("%j %s is %s", (param, value, expected) => {
    expect(settingText(param, value)).toBe(expected);
  });

  test("tell of a configuration what it changes", () => {
    const params = [
      { name: "a", default: 1 },
      { name: "b", default: "x" },
    ];
    expect(configText(params, { a: 2, b: "x" })).toBe("a 2");
    expect(configText(params, { a: 1, b: "x" })).toBe("the default");
  });
});
