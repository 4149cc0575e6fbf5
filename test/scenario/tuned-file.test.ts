import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { TunedParam, TunedValue } from "../../src/measure/tuning.ts";
import { renderTunedYaml, renderUntunedYaml } from "../../src/publish/tuned-yaml.ts";
import { parseTunedConfig, readTunedConfig } from "../../src/scenario/tuned-file.ts";
import { scratchDir } from "../support/scratch-dir.ts";
import { sampleProof, tuningResult } from "../support/tuning-result.ts";

const misread = ["no", "Yes", "on", "null", "~", "", "1e3", "0x1f", "1_000", "12:30:00", "2026-11-25"]
  .concat([
    "a: b",
    "a #b",
    "- a",
    "? a",
    "<<",
    "*a",
    "&a",
    "!a",
    "%a",
    "@a",
    "`a",
    "{a",
    "[a",
    "|",
    ">",
    "'",
    '"',
  ])
  .concat([
    "x\ny\n",
    " a ",
    "\t",
    "---",
    "...",
    "\u2028",
    "\u0085",
    ".inf",
    "true",
    "${HOME}",
    "$${A}",
    "$",
    "${",
  ]);

const anyValue: fc.Arbitrary<TunedValue> = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.constantFrom(...misread),
  fc.string({ unit: "binary" }),
);
const anyPath = fc
  .array(fc.stringMatching(/^[A-Za-z]\w{0,6}$/), { minLength: 1, maxLength: 4 })
  .map((steps) => steps.join("."));

const knob = { meaning: "", type: "choice", unit: "", values: [] } as const;

describe("a tuned.yaml", () => {
  test("gives back every setting as it was chosen, whatever YAML would make of its text", () => {
    const anySettings = fc.uniqueArray(fc.tuple(anyPath, anyValue, anyValue, fc.string({ unit: "binary" })), {
      selector: ([path]) => path,
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(anySettings, fc.string({ unit: "binary", minLength: 1 }), (settings, text) => {
        const params: TunedParam[] = settings.map(([path, , was, unit], i) => ({
          ...knob,
          name: `p${i}`,
          path,
          unit,
          default: was,
        }));
        const { scenario } = tuningResult();
        const result = tuningResult({
          params,
          chosen: Object.fromEntries(settings.map(([, value], i) => [`p${i}`, value])),
          scenario: { ...scenario, name: text, file: text },
          proofs: [{ ...sampleProof, sentence: text, targets: [{ text, outcome: "met", sentence: text }] }],
          objective: text,
          command: text,
        });
        const read = parseTunedConfig(renderTunedYaml(result), "tuned.yaml");
        expect(read.overrides.map(({ path, value }) => [path.join("."), value])).toEqual(
          settings.map(([path, value]) => [path, value]),
        );
        expect(read).toMatchObject({ scenario: { name: text, file: text }, claim: text });
      }),
    );
  });

  test("can be read by people: what is set, what it was, what was proven, and where", () => {
    const text = renderTunedYaml(tuningResult()).replaceAll("\u202f", " ");
    expect(text).toMatch(
      /^# Settings that were tuned for steady and proven on 2026-11-25\. p50 in steady is at least 23 % lower/,
    );
    expect(text).toContain("# To use them: npx dyno run scenarios/steady.yaml --config tuned.yaml");
    expect(text).toContain("  target.knobs.maxBatch: 256 # events; was 1\n");
    expect(text).toContain("  target.store: log # as it was\n");
    expect(text).toMatch(/was:\n {2}target\.knobs\.maxBatch: 1\n/);
    expect(text).toContain("  confidence: 0.99\n  pairs: 28\n");
    expect(text).toContain("seed: 7\n");
    expect(text).toMatch(/environment:\n {2}CPU: AMD EPYC/);
  });

  test("claims nothing where nothing was proven", () => {
    const text = renderTunedYaml(tuningResult({ outcome: "kept", chosen: { maxBatch: 1 } }));
    expect(text).toMatch(/^# Nothing better was proven for steady on 2026-11-25/);
    expect(text).not.toMatch(/^proof:/m);
    expect(parseTunedConfig(text, "t")).not.toHaveProperty("claim");
  });

  test("of a scenario that has its own settings again sets nothing", () => {
    expect(parseTunedConfig(renderUntunedYaml("steady: a"), "tuned.yaml")).toEqual({
      file: "tuned.yaml",
      scenario: { name: "steady: a" },
      overrides: [],
    });
  });

  test("tells with each setting where it stands", () => {
    const { overrides } = parseTunedConfig(
      "schemaVersion: 1\nscenario: { name: steady }\nsettings:\n  load.0.rate: 5k/s\n",
      "my/tuned.yaml",
    );
    expect(overrides).toEqual([
      { label: '--config my/tuned.yaml:4:3: load.0.rate="5k/s"', path: ["load", 0, "rate"], value: "5k/s" },
    ]);
  });

  const head = "schemaVersion: 1\nscenario: { name: steady }\n";
  test.each([
    [
      "a wrong key",
      `${head}settings: {}\nsetings: {}\n`,
      /^t\.yaml:4:1: error: setings: unknown setting.*did you mean settings/,
    ],
    ["no settings", head, /^t\.yaml:1:1: error: settings: is missing/],
    [
      "a list for a value",
      `${head}settings:\n  a.b: [1]\n`,
      /^t\.yaml:4:8: error: settings\.a\.b: expected a number, a text, true or false/,
    ],
    [
      "a setting twice",
      `${head}settings:\n  a: 1\n  a: 2\n`,
      /^t\.yaml:5:\d+: error: Map keys must be unique/,
    ],
    ["a merge conflict", "<<<<<<< HEAD\nschemaVersion: 1\n", /^t\.yaml:\d+:\d+: error: /],
    [
      "a newer version",
      "schemaVersion: 2\nsettings: {}\n",
      /^a newer dyno wrote t\.yaml \(schemaVersion is 2/,
    ],
  ])("with %s is refused at its place", (_, text, message) => {
    expect(() => parseTunedConfig(text, "t.yaml")).toThrow(message);
  });

  test("that is not there is told of with what writes it", async () => {
    const path = join(await scratchDir(), "tuned.yaml");
    await expect(readTunedConfig(path, "tuned.yaml")).rejects.toThrow(
      "there is no file tuned.yaml; dyno tune SCENARIO --apply writes a tuned.yaml",
    );
  });
});
