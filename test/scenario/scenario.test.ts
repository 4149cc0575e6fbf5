import { readFile } from "node:fs/promises";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { targetSchemas } from "../../src/drive/target-schemas.ts";
import { checkScenario } from "../../src/scenario/check-scenario.ts";
import { listScenarioFiles } from "../../src/scenario/list-scenarios.ts";
import { buildPhase, describePhase } from "../../src/scenario/load-shapes.ts";
import { parseOverride } from "../../src/scenario/overrides.ts";
import { scenarioJsonSchema } from "../../src/scenario/schema.ts";
import { checkSuite, isSuite } from "../../src/scenario/suite.ts";
import { parseTargetRule } from "../../src/scenario/target-rule.ts";

const base = `why: A test.
target: { kind: synthetic, law: noop }
load:
  - { phase: steady, shape: constant-rate, rate: 10k/s, for: 10s }
targets: [p99.9 <= 5ms in steady]
`;

function check(text: string, overrides: readonly string[] = [], env = {}) {
  return checkScenario(text, "s.yaml", {
    targetSchemas,
    env,
    overrides: overrides.map((text) => parseOverride(text)),
  });
}

describe("a scenario", () => {
  test("comes out in base units, with its defaults", () => {
    expect(check(base).scenario).toMatchObject({
      name: "s",
      target: { kind: "synthetic", settings: { law: "noop" } },
      warmup: { minMs: 1000, maxMs: 5000 },
      load: [{ phase: "steady", loop: "open", arrivals: "uniform", durationMs: 10_000 }],
      targets: [
        {
          metricName: "p99.9",
          metric: { kind: "latency", quantile: 0.999 },
          op: "<=",
          limit: 5000,
          phase: "steady",
          line: 5,
          column: 11,
        },
      ],
      repeat: 1,
      seed: 1,
      intervalMs: 250,
    });
  });

  test.each([
    ["warmup: none", { minMs: 0, maxMs: 0 }],
    ["warmup: 2s", { minMs: 2000, maxMs: 2000 }],
    ["warmup: { min: 1s, max: 3s }", { minMs: 1000, maxMs: 3000 }],
  ])("understands %s", (line, warmup) => {
    expect(check(`${base}${line}\n`).scenario?.warmup).toEqual(warmup);
  });

  test("takes settings from the command line, and blames it for theirs", () => {
    expect(check(base, ["load.0.rate=5/s", "repeat=3"]).scenario).toMatchObject({
      repeat: 3,
      load: [{ corners: [{ ratePerSec: 5 }, { ratePerSec: 5 }] }],
    });
    expect(check(base, ["load.0.rate=5"]).problems).toMatchObject([{ file: "--set load.0.rate=5" }]);
    expect(() => check(base, ["load.7.rate=5/s"])).toThrow(/there is no 7 in a list of 1/);
  });

  test("keeps secrets out of its source", () => {
    const text = `${base}# redis://:hunter2@host and \${TOKEN}\nname: \${TOKEN}\n`.replace(
      "name: ${TOKEN}",
      "name: ${TOKEN}",
    );
    const { scenario } = check(text, [], { TOKEN: "abc123" });
    expect(scenario?.source).not.toMatch(/hunter2|abc123/);
  });

  const wrong: readonly (readonly [string, string, string, RegExp])[] = [
    ["an unknown key", `${base}wyh: x\n`, "6:1", /unknown setting "wyh"; there are why/],
    ["a missing key", base.replace("why: A test.\n", ""), "1:1", /is missing/],
    ["no phases", base.replace(/load:\n.*\n/, "load: []\n"), "3:7", /too small/],
    ["a rate without a unit", base.replace("10k/s", "10k"), "4:50", /expected a rate such as 500\/s/],
    ["a negative rate", base.replace("10k/s", "-5/s"), "4:50", /expected a rate/],
    ["a rate of zero", base.replace("10k/s", "0/s"), "4:50", /out of range: at least|out of range: from/],
    [
      "an unknown shape",
      base.replace("constant-rate", "constnat-rate"),
      "4:29",
      /none of constant-rate, ramp/,
    ],
    [
      "a steps phase without steps",
      base.replace("constant-rate, rate: 10k/s", "steps, from: 1/s, to: 2/s"),
      "4:5",
      /is missing/,
    ],
    [
      "a knob out of range",
      base.replace("synthetic, law: noop", "engine, knobs: { maxBatch: 0 }"),
      "2:44",
      /too small/,
    ],
    [
      "durable in memory",
      base.replace("synthetic, law: noop", "engine, store: memory, level: durable"),
      "2:47",
      /cannot give durable/,
    ],
    [
      "a warm-up that ends before it begins",
      `${base}warmup: { min: 5s, max: 1s }\n`,
      "6:16",
      /min is longer than max/,
    ],
    ["a target on an unknown phase", base.replace("in steady", "in staedy"), "5:27", /unknown phase staedy/],
    ["no YAML", "a: [", "1:5", /./],
  ];
  test.each(wrong)("with %s is refused at its place", (_, text, place, message) => {
    const [problem] = check(text).problems;
    expect(problem?.message).toMatch(message);
    expect(`${problem?.place.line}:${problem?.place.column}`).toBe(place);
  });

  test("has all its problems told, in the order of the file", () => {
    const { problems } = check(base.replace("why:", "wyh:").replace("10k/s", "fast").replace("for:", "fro:"));
    expect(problems.map(({ place }) => place.line)).toEqual([1, 1, 4, 4, 4]);
  });
});

describe("a target rule", () => {
  test.each([
    ["p50 < 0.5ms", { metric: { kind: "latency", quantile: 0.5 }, op: "<", limit: 500 }],
    ["p99.99<=5ms in a", { metric: { kind: "latency", quantile: 0.9999 }, phase: "a" }],
    ["error_rate < 0.01%", { metric: { kind: "error_rate" }, limit: 0.0001 }],
    ["throughput >= 50k/s", { metric: { kind: "throughput" }, limit: 50_000 }],
    ["cpu_per_op < 20us", { metric: { kind: "cpu_per_op" }, limit: 20 }],
    ["rss < 300MB", { metric: { kind: "rss" }, limit: 3e8 }],
    ["max < 1s", { metric: { kind: "latency_max" }, limit: 1e6 }],
    ["lost == 0", { metric: { kind: "figure", figure: "lost" }, op: "==", limit: 0 }],
    ["duplicates <= 10", { metric: { kind: "figure", figure: "duplicates" }, limit: 10 }],
    ["recovery < 10s", { metric: { kind: "recovery" }, limit: 1e7 }],
    ["availability > 99.9% in a", { metric: { kind: "availability" }, limit: 0.999, phase: "a" }],
  ])("%s is understood", (text, expected) => {
    expect(parseTargetRule(text, ["a"])).toMatchObject(expected);
  });

  test.each([
    ["p100 < 1ms", 0, 4, /unknown metric p100/],
    ["p0 < 1ms", 0, 2, /unknown metric/],
    ["p99 = 1ms", 4, 1, /unknown comparison =/],
    ["lost == 0 in a", 13, 1, /a figure of the whole run/],
    ["recovery < 1s in a", 17, 1, /a figure of the whole run/],
    ["p99 < 5", 6, 1, /p99 needs a duration/],
    ["p99 < 5ms in b", 13, 1, /unknown phase b/],
    ["p99", 0, 3, /expected a rule/],
    ["constructor < 1ms", 0, 11, /unknown metric/],
  ])("%s is refused at its place", (text, offset, length, message) => {
    expect(parseTargetRule(text, ["a"])).toMatchObject({
      offset,
      length,
      message: expect.stringMatching(message),
    });
  });

  test("is understood or refused inside its text, whatever it is", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const rule = parseTargetRule(text, ["a"]);
        if ("message" in rule) expect(rule.offset + rule.length).toBeLessThanOrEqual(text.length);
      }),
    );
  });
});

describe("a load shape", () => {
  const area = (phase: ReturnType<typeof buildPhase>): number => {
    if (phase.loop === "closed") return Number.NaN;
    return phase.corners.slice(1).reduce((sum, to, i) => {
      const from = phase.corners[i] ?? to;
      return sum + (((from.ratePerSec + to.ratePerSec) / 2) * (to.atMs - from.atMs)) / 1000;
    }, 0);
  };
  const open = { phase: "p", for: 10_000, arrivals: "uniform", lowCpu: false } as const;
  test.each([
    [{ ...open, shape: "constant-rate", rate: 100 } as const, 1000, "100/s for 10\u202fs, uniform"],
    [{ ...open, shape: "ramp", from: 0, to: 100 } as const, 500, "0/s to 100/s for 10\u202fs, uniform"],
    [
      { ...open, shape: "steps", from: 100, to: 400, steps: 4 } as const,
      2500,
      "100/s to 400/s in 4 steps for 10\u202fs, uniform",
    ],
    [
      { ...open, shape: "spike", base: 10, peak: 110, at: 2000, hold: 3000, rise: 1000, fall: 1000 } as const,
      500,
      "10/s with a spike to 110/s for 10\u202fs, uniform",
    ],
  ])("of %j has its area under the curve, and its words", (input, operations, words) => {
    const phase = buildPhase(input);
    expect(area(phase)).toBeCloseTo(operations, 6);
    expect(describePhase(phase)).toBe(words);
  });
});

describe("the shipped scenarios", () => {
  test("are valid, also by the schema that is shipped with them, and say why they are there", async () => {
    const schema = JSON.parse(await readFile("scenarios/scenario.schema.json", "utf8"));
    const validate = new Ajv2020({ strict: true, strictTypes: false }).compile(schema);
    const files = await listScenarioFiles("scenarios");
    expect(files.length).toBeGreaterThanOrEqual(8);
    for (const file of files) {
      const text = await readFile(file, "utf8");
      if (isSuite(text)) continue;
      const { scenario, problems } = checkScenario(text, file, { targetSchemas, env: {} });
      expect(problems).toEqual([]);
      expect(scenario?.targets.length).toBeGreaterThan(0);
      expect(text.startsWith("# yaml-language-server: $schema=./scenario.schema.json\nwhy:")).toBe(true);
      expect(validate(parse(text)), `${file}: ${JSON.stringify(validate.errors)}`).toBe(true);
    }
  });

  test("of a suite are there", async () => {
    const { suite } = checkSuite(await readFile("scenarios/gate.yaml", "utf8"), "scenarios/gate.yaml", {});
    expect(suite?.scenarios.length).toBeGreaterThan(1);
    const files = await listScenarioFiles("scenarios");
    for (const name of suite?.scenarios ?? []) expect(files).toContain(`scenarios/${name}.yaml`);
  });

  test("come with a schema that is in step with the code (npm run schema)", async () => {
    const shipped = JSON.parse(await readFile("scenarios/scenario.schema.json", "utf8"));
    expect(shipped).toEqual(JSON.parse(JSON.stringify(scenarioJsonSchema(targetSchemas))));
  });
});
