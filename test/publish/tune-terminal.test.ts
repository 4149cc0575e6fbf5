import { describe, expect, test } from "vitest";
import type { TuneResult } from "../../src/measure/tuning.ts";
import { createColours } from "../../src/publish/terminal/symbols.ts";
import { renderTuneSummary } from "../../src/publish/terminal/tune.ts";
import { sampleProof, tuningResult } from "../support/tuning-result.ts";

const paths = { report: "r/report.html", result: "r/tuning.json" };
const shown = (result: TuneResult, more: { tuned?: string } = {}): string =>
  renderTuneSummary(result, { ...paths, ...more }, createColours(false)).replaceAll("\u202f", " ");

const defaults = { maxBatch: 1, linger: 500, store: "log" };
const unproven = {
  ...sampleProof,
  outcome: "not_better" as const,
  sentence: "p50 in steady is not shown to be lower after 80 pairs.",
  pairs: 80,
};
const kept = tuningResult({
  outcome: "kept",
  exitCode: 3,
  chosen: defaults,
  proofs: [unproven],
  reason: "Nothing better was proven, so the default is kept.",
});

describe("the summary of a tuning", () => {
  test("begins with the claim, and then says what changed from what to what", () => {
    const text = shown(tuningResult());
    expect(text).toMatch(
      /^PROVEN {2}steady {2}p50 in steady is at least 23 % lower \(99 % confidence, 28 pairs\)\.\n/,
    );
    expect(text).toMatch(/maxBatch +1 events +256 events +1 to 4 096 +target\.knobs\.maxBatch\n/);
    expect(text).toMatch(/linger +500 us +0 us +0 to 2 000 /);
    expect(text).toContain("\n  as by default: store\n");
  });

  test("shows what proves it: targets and every metric of the pairs, and repeats no sentence", () => {
    const text = shown(tuningResult());
    expect(text).toContain("  ✓ proven in 28 pairs that the search has not seen\n");
    expect(text).toContain("✓ p99 in steady <= 5ms  p99 in steady stays below 5 ms.\n");
    expect(text).toMatch(/· p50 in steady +412 µs +445 µs +\+8\.0 %/);
    expect(text.split(sampleProof.sentence)).toHaveLength(2);
  });

  test("lists what matters by its size, and calls what is not clear no effect", () => {
    const rows = shown(tuningResult())
      .split("\n")
      .filter((line) => /per doubling|set to/.test(line));
    expect(rows.map((row) => row.trim().replaceAll(/ +/g, " "))).toEqual([
      "store +20.0 % [+18.6, +21.4] set to its best other value",
      "maxBatch −6.1 % [−7.5, −4.7] per doubling",
      "linger no effect [−1.3, +1.5] per doubling",
    ]);
  });

  test("names the best other value of a choice where the model has one", () => {
    const share = (estimate: number) => ({ estimate, low: estimate, high: estimate });
    const slice = [
      { value: "log", share: share(0.5) },
      { value: "redis", share: share(1.2) },
      { value: "memory", share: share(1.1) },
    ];
    const { sensitivities } = tuningResult();
    const text = shown(tuningResult({ sensitivities: sensitivities.map((one) => ({ ...one, slice })) }));
    expect(text).toMatch(/store .* set to memory\n/);
  });

  test("says where the files are, and how to use, repeat and resume it", () => {
    const text = shown(tuningResult(), { tuned: "r/tuned.yaml" });
    expect(text).toMatch(
      / {2}report {2}r\/report\.html\n {2}data {4}r\/tuning\.json\n {2}again {3}npx dyno tune steady/,
    );
    expect(text).toContain("  use     npx dyno run scenarios/steady.yaml --config r/tuned.yaml\n");
    expect(text).toContain("  replay  npx dyno tune steady --resume reports/x/journal.ndjson\n");
  });

  test("says, where the default is kept, why, and that the best of the search is biased", () => {
    const text = shown(kept);
    expect(text).toMatch(/^KEPT {2}steady {2}Nothing better was proven/);
    expect(text).toMatch(
      /· The best of the search: maxBatch 256, linger 0, p50 in steady −30\.0 % \[−38\.0, −21\.0\]; that is biased/,
    );
    expect(text).toContain(
      "✗ not proven in 80 pairs that the search has not seen, maxBatch 256, linger 0: p50 in steady is not shown to be lower after 80 pairs.\n",
    );
    expect(text).not.toContain("--config");
  });

  test("tells a target that was missed apart from one that is open", () => {
    const targets = (["met", "missed", "unknown"] as const).map((outcome) => ({
      text: outcome,
      outcome,
      sentence: "A sentence.",
    }));
    const text = shown({ ...kept, proofs: [{ ...unproven, targets }] });
    expect(text).toContain("✓ met  A sentence.\n    ✗ missed  A sentence.\n    ? unknown  A sentence.\n");
  });

  test.each([
    ["invalid", "INVALID"],
    ["setup_failed", "SETUP FAILED"],
    ["interrupted", "INTERRUPTED"],
  ] as const)("of one that is %s says so, with what little there is", (outcome, word) => {
    const nothing = { trials: [], steps: [], sensitivities: [], proofs: [], chosen: defaults };
    const text = shown(tuningResult({ ...nothing, outcome, reason: "It broke off." }));
    expect(text).toMatch(new RegExp(`^${word} {2}steady {2}It broke off\\.\\n`));
    expect(text).not.toMatch(/NaN|undefined|\n\n\n/);
  });

  test("says where the search itself saw nothing better", () => {
    const steps = kept.steps.map((step) => ({ ...step, incumbent: defaults }));
    expect(shown({ ...kept, steps, proofs: [] })).toContain(
      "Nothing in the search looked better than the default.",
    );
  });
});
