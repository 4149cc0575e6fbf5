import { describe, expect, test } from "vitest";
import { targetSchemas } from "../../src/drive/target-schemas.ts";
import { knobs } from "../../src/engine/config.ts";
import { type CheckOptions, checkScenario } from "../../src/scenario/check-scenario.ts";
import { configOverrides } from "../../src/scenario/config-overrides.ts";
import { type Override, parseOverride } from "../../src/scenario/overrides.ts";
import { requireTuning } from "../../src/scenario/require-tuning.ts";
import type { TuningSpec } from "../../src/scenario/scenario.ts";
import type { Config } from "../../src/scenario/tuning.ts";

const base = `why: A test.
target: { kind: engine, store: redis, level: durable, payload: 256B, knobs: { inFlight: 1 } }
load:
  - { phase: steady, shape: constant-rate, rate: 10k/s, for: 10s }
  - { phase: full, shape: concurrency, clients: 64, for: 5s }
targets: [p99 <= 5ms in steady, error_rate == 0, lost == 0, throughput > 1/s, throughput > 1/s in full]
`;
const objective = "objective: { minimize: p50 in steady }\n";

function check(
  text: string,
  overrides: readonly (string | Override)[] = [],
  how: Pick<CheckOptions, "isVariant" | "isTuned"> = { isTuned: true },
) {
  return checkScenario(text, "s.yaml", {
    targetSchemas,
    env: {},
    overrides: overrides.map((one) => (typeof one === "string" ? parseOverride(one) : one)),
    ...how,
  });
}

function tuningOf(lines: string, overrides: readonly string[] = []): TuningSpec {
  const { scenario, problems } = check(`${base}${lines}`, overrides);
  expect(problems).toEqual([]);
  if (scenario?.tuning === undefined) throw new Error("there is no tuning");
  return scenario.tuning;
}

const paramOf = (line: string, overrides: readonly string[] = []) =>
  tuningOf(`params:\n  x: ${line}\n${objective}`, overrides).params[0];

describe("the params of a scenario", () => {
  test("are all knobs of the engine where only an objective is given, as the registry has them", () => {
    const { params } = tuningOf(objective);
    expect(params).toEqual(
      knobs.map((knob) => ({
        ...knob,
        type: "int",
        path: ["target", "knobs", knob.name],
        default: knob.name === "inFlight" ? 1 : knob.default,
      })),
    );
  });

  test("take from a knob what they do not say themselves", () => {
    const { params } = tuningOf(
      `params:
  maxBatch:
  inFlight: { max: 32, meaning: how many }
  linger: { path: target.knobs.lingerMicros, min: 1, max: 2000, scale: log, step: 3, default: 4 }
${objective}`,
    );
    expect(params).toMatchObject([
      { name: "maxBatch", type: "int", min: 1, max: 4096, scale: "log", unit: "events", default: 128 },
      { name: "inFlight", min: 1, max: 32, default: 1, meaning: "how many" },
      {
        name: "linger",
        path: ["target", "knobs", "lingerMicros"],
        type: "int",
        min: 1,
        max: 2000,
        scale: "log",
        step: 3,
        unit: "us",
        default: 4,
        meaning: "how long a batch that is not full waits for more",
      },
    ]);
  });

  test.each([
    [
      "{ path: target.payload, type: int, scale: log, min: 16, max: 4096, default: 512 }",
      { path: ["target", "payload"], type: "int", scale: "log", unit: "B", default: 256, meaning: "" },
    ],
    ["{ path: load.0.rate, type: real, min: 100, max: 20000 }", { unit: "/s", default: 10_000 }],
    ["{ path: load.0.rate, type: int, min: 1, max: 20, unit: k/s }", { unit: "k/s", default: 10 }],
    ["{ path: load.1.clients, type: int, min: 1, max: 64 }", { path: ["load", 1, "clients"], default: 64 }],
    ["{ path: target.retain, type: int, min: 10, max: 90, unit: ms, default: 20 }", { default: 20 }],
    ["{ path: target.retain, type: real, min: 0.1, max: 90, unit: s, default: 500ms }", { default: 0.5 }],
    ["{ path: target.subscribers, type: int, min: 0, max: 5 }", { scale: "linear", unit: "", default: 1 }],
    ["{ path: target.prefill, type: int, min: 1, max: 1000000, unit: events }", { default: 100_000 }],
    [
      "{ path: target.store, values: [log, redis] }",
      { type: "choice", values: ["log", "redis"], default: "redis" },
    ],
    ["{ path: target.dedup, type: bool }", { type: "choice", values: [false, true], default: true }],
    ["{ path: target.payload, type: choice, values: [64B, 256B] }", { type: "choice", default: "256B" }],
    ["{ path: target.knobs.maxBatch, values: [1, 64, 128] }", { values: [1, 64, 128], default: 128 }],
  ])("may be any setting: %s", (line, expected) => {
    expect(paramOf(line)).toMatchObject(expected);
  });

  test("begin at what the command line sets, else the file, else their own default", () => {
    const line = "{ path: target.topics, type: int, min: 1, max: 9, default: 5 }";
    expect(paramOf(line)).toMatchObject({ default: 5 });
    expect(paramOf(line, ["target.topics=7"])).toMatchObject({ default: 7 });
    expect(paramOf(line, ["params.x.default=3"])).toMatchObject({ default: 3 });
    expect(paramOf("{ path: target.knobs.inFlight, default: 9 }")).toMatchObject({ default: 1 });
  });

  const wrong: readonly (readonly [string, string, string, RegExp])[] = [
    [
      "an unknown knob",
      "maxBtach: {}",
      "8:3",
      /no knob maxBtach; there are maxBatch, .*path: target.payload/,
    ],
    ["an unknown knob's path", "x: { path: target.knobs.inFligth }", "8:14", /no knob inFligth; there are/],
    ["a setting of neither target nor load", "x: { path: seed, type: bool }", "8:14", /seed cannot be tuned/],
    [
      "a path that is no setting",
      "x: { path: target.foo, type: bool, default: true }",
      "8:14",
      /unknown setting "foo"/,
    ],
    [
      "a path beyond the end of a list",
      "x: { path: load.7.clients, type: int, min: 1, max: 2, default: 1 }",
      "8:14",
      /load.7.clients cannot be tuned: there is no 7/,
    ],
    [
      "a name that no expression can say",
      "max-batch: { path: target.dedup, type: bool }",
      "8:3",
      /cannot be a name/,
    ],
    ["a name that CEL has taken", "in: { path: target.dedup, type: bool }", "8:3", /cannot be a name/],
    ["no type", "x: { path: target.topics, min: 1, max: 2 }", "8:6", /its type is missing/],
    ["no max", "x: { path: target.topics, type: int, min: 1 }", "8:6", /max is missing/],
    ["an empty range", "maxBatch: { min: 5, max: 5 }", "8:28", /range of maxBatch is empty: min 5 .* max 5/],
    [
      "a range that a knob has not",
      "inFlight: { max: 65 }",
      "8:20",
      /max is 65, and inFlight goes from 1 to 64/,
    ],
    ["fractions of a knob", "maxBatch: { type: real }", "8:21", /whole numbers/],
    ["a fraction of a whole number", "maxBatch: { max: 2.5 }", "8:20", /2.5 is no whole number/],
    ["a step larger than the range", "maxBatch: { max: 200, step: 200 }", "8:31", /larger than the range/],
    ["a log scale from 0 on", "lingerMicros: { scale: log, max: 9 }", "8:17", /log scale cannot begin at 0/],
    [
      "a log1p scale below 0",
      "x: { path: target.topics, type: int, min: -1, max: 2, scale: log1p }",
      "8:45",
      /log1p scale cannot begin at -1/,
    ],
    [
      "a value of the scenario out of range",
      "inFlight: { min: 2 }",
      "8:13",
      /inFlight is 1, and the range is from 2/,
    ],
    [
      "a default out of range",
      "maxBatch: { max: 64 }",
      "8:13",
      /its default is 128, and the range is from 1 to 64/,
    ],
    ["an own default out of range", "maxBatch: { max: 64, default: 65 }", "8:33", /its default is 65/],
    [
      "a default beside the steps",
      "maxBatch: { step: 10, default: 5 }",
      "8:34",
      /5, which is not 1 and steps of 10/,
    ],
    [
      "no default",
      "x: { path: target.retain, type: int, min: 1, max: 9, unit: s }",
      "8:6",
      /its default is missing/,
    ],
    [
      "a duration without a unit",
      "x: { path: target.retain, type: int, min: 1, max: 9, default: 2 }",
      "8:65",
      /expected a duration such as/,
    ],
    [
      "an end that the setting does not take",
      "x: { path: target.payload, type: int, min: 0, max: 4096 }",
      "8:46",
      /range/,
    ],
    ["one value", "x: { path: target.store, values: [redis] }", "8:36", /needs two values/],
    ["a value twice", "x: { path: target.store, values: [redis, log, log] }", "8:49", /log is there twice/],
    [
      "a value that the scenario does not take",
      "x: { path: target.store, values: [redis, memory] }",
      "8:44",
      /store cannot be memory: the memory store cannot give durable/,
    ],
    [
      "another value in the scenario",
      "x: { path: target.store, values: [log, memory] }",
      "8:6",
      /"redis", which is none/,
    ],
    ["a range of a choice", "x: { path: target.dedup, type: bool, min: 0 }", "8:45", /min is of numbers/],
    [
      "a type beside values",
      "x: { path: target.store, type: int, values: [1, 2] }",
      "8:34",
      /does not go with/,
    ],
    ["an unknown key", "maxBatch: { mn: 5 }", "8:15", /unknown setting "mn"; there are path, type/],
    ["nothing", "{}", "7:1", /name what may be tuned/],
  ];
  test.each(wrong)("with %s are refused at their place", (_, line, place, message) => {
    const [problem, ...others] = check(`${base}params:\n  ${line}\n${objective}`).problems;
    expect(`${problem?.message}; ${problem?.hint}`).toMatch(message);
    expect(`${problem?.place.line}:${problem?.place.column}`).toBe(place);
    expect(others).toEqual([]);
  });

  test("are refused where two are the same setting", () => {
    const text = `${base}params:\n  maxBatch:\n  x: { path: target.knobs.maxBatch }\n${objective}`;
    expect(check(text).problems).toMatchObject([
      {
        message: "maxBatch and x are the same setting, target.knobs.maxBatch",
        place: { line: 9, column: 6 },
      },
    ]);
  });

  test("may need one another: what one value asks of another parameter is no mistake", () => {
    const { params } = tuningOf(
      `params:\n  a: { path: target.store, values: [redis, memory] }\n  b: { path: target.level, values: [durable, stored] }\n${objective}`,
    );
    expect(params.map((param) => param.default)).toEqual(["redis", "durable"]);
  });
});

describe("a configuration on a scenario", () => {
  const text = `${base}params:
  size: { path: target.payload, type: int, min: 16, max: 4096 }
  age: { path: target.retain, type: int, min: 1, max: 9, unit: s, default: 2 }
  inFlight: { max: 2 }
  durable: { path: target.level, values: [durable, stored] }
${objective}`;

  const laidOn = (config: Config) => {
    const params = check(text).scenario?.tuning?.params ?? [];
    return check(text, configOverrides(params, config), { isVariant: true });
  };

  test("is set by plain numbers, in the units of the params", () => {
    expect(
      laidOn({ size: 100, age: 5, inFlight: 2, durable: "stored" }).scenario?.target.settings,
    ).toMatchObject({ payload: 100, retain: 5000, level: "stored", knobs: { inFlight: 2 } });
    expect(laidOn({ age: 4 }).scenario?.target.settings).toMatchObject({ payload: 256, retain: 4000 });
  });

  test("is refused where a setting does not take it, and blamed for it", () => {
    expect(laidOn({ size: -1 }).problems).toMatchObject([{ file: "--set target.payload=-1" }]);
  });

  test("may lie outside what is searched, unless it is to be tuned, and is not tuned itself", () => {
    const outside = ["target.knobs.inFlight=9"];
    for (const how of [{ isVariant: true }, {}]) {
      const { scenario, problems } = check(text, outside, how);
      expect(problems).toEqual([]);
      expect(scenario?.target.settings).toMatchObject({ knobs: { inFlight: 9 } });
      expect(scenario).not.toHaveProperty("tuning");
    }
    expect(check(text, outside).problems).toMatchObject([
      { message: "target.knobs.inFlight is 9, and the range is from 1 to 2" },
    ]);
    expect(check(text, ["target.knobs.inFlight=2"], {}).scenario).toHaveProperty("tuning");
  });
});

describe("the constraints of a scenario", () => {
  const lines = (...rules: readonly string[]): string =>
    `params:
  maxBatch:
  inFlight:
  store: { path: target.store, values: [log, redis] }
  dedup: { path: target.dedup, type: bool }
require: ${JSON.stringify(rules)}
${objective}`;

  test.each([
    ["maxBatch <= 100 * inFlight + 28", { maxBatch: 129 }],
    ["maxBatch % 2 == 0 || inFlight != 1", { maxBatch: 3 }],
    ["store == 'redis' && dedup", { store: "log" }],
    ["store in ['redis', 'none']", { store: "log" }],
    ["!dedup || maxBatch > 1.5", { maxBatch: 1 }],
  ])("%s holds for some configurations and not for others", (text, change) => {
    const { params, constraints } = tuningOf(lines(text));
    const defaults = Object.fromEntries(params.map((param) => [param.name, param.default]));
    expect(constraints.map((one) => [one.text, one.holds(defaults)])).toEqual([[text, true]]);
    expect(constraints[0]?.holds({ ...defaults, ...change })).toBe(false);
  });

  test.each([
    ["no expression", ["maxBatch <"], 21, /not valid CEL/],
    ["an unknown name", ["maxBatc > 1"], 12, /Unknown variable: maxBatc; did you mean maxBatch\?/],
    ["a number", ["maxBatch + 1"], 12, /gives double, and a bool is needed/],
    ["kinds that cannot be compared", ["store < 3"], 12, /no such overload/],
    [
      "a default that breaks it",
      ["inFlight == 1", "maxBatch <= 64 * inFlight"],
      27,
      /to begin with does not satisfy it \(maxBatch: 128, inFlight: 1\); set other values in the scenario, such as/,
    ],
  ])("with %s are refused at their place", (_, rules, column, message) => {
    const [problem, ...others] = check(`${base}${lines(...rules)}`).problems;
    expect(`${problem?.message}; ${problem?.hint}`).toMatch(message);
    expect(problem?.place).toMatchObject({ line: 12, column });
    expect(others).toEqual([]);
  });

  test("are refused where nothing satisfies all of them", () => {
    expect(check(`${base}${lines("maxBatch > 200", "maxBatch < 150")}`).problems).toMatchObject([
      {
        message: expect.stringMatching(/^no configuration satisfies all of require/),
        place: { line: 12, column: 1 },
      },
    ]);
  });
});

describe("the objective of a scenario", () => {
  const on = (line: string) => `params: { maxBatch: {} }\nobjective: ${line}\n`;

  test.each([
    [
      "{ minimize: p99.9 in full }",
      "minimise p99.9 in full",
      [{ metric: "p99.9", phase: "full", weight: 1 }],
    ],
    ["{ minimize: rss }", "minimise rss", [{ metric: "rss", weight: 1 }]],
    [
      "{ maximize: throughput in full }",
      "maximise throughput in full",
      [{ metric: "throughput", phase: "full", weight: -1 }],
    ],
    [
      "{ minimize: { p50 in steady: 0.5, throughput in full: -0.5 } }",
      "minimise p50 in steady (weight 0.5) and maximise throughput in full (weight 0.5)",
      [
        { metric: "p50", phase: "steady", weight: 0.5 },
        { metric: "throughput", phase: "full", weight: -0.5 },
      ],
    ],
    [
      "{ maximize: { throughput in full: 2, cpu_per_op in full: -1 } }",
      "maximise throughput in full (weight 2) and minimise cpu_per_op in full",
      [
        { metric: "throughput", phase: "full", weight: -2 },
        { metric: "cpu_per_op", phase: "full", weight: 1 },
      ],
    ],
  ])("may be %s", (line, text, terms) => {
    expect(tuningOf(on(line)).objective).toEqual({ text, terms });
  });

  test("needs no phase where there is but one", () => {
    const text = base.replace(/ {2}- \{ phase: full.*\n/, "").replace(/targets: .*\n/, "");
    expect(check(`${text}${on("{ minimize: p90 }")}`).scenario?.tuning?.objective).toEqual({
      text: "minimise p90 in steady",
      terms: [{ metric: "p90", phase: "steady", weight: 1 }],
    });
  });

  test.each([
    ["{}", "8:12", /give either minimize or maximize/],
    ["{ minimize: rss, maximize: throughput in full }", "8:12", /give either/],
    ["{ minimize: {} }", "8:24", /name a metric/],
    ["{ minimize: 5 }", "8:24", /expected a metric such as/],
    ["{ minimize: p50 of steady }", "8:24", /expected a metric such as p50 in steady/],
    ["{ minimize: p50 }", "8:24", /which phase\? There are steady, full: write p50 in steady/],
    ["{ minimize: p50 in stedy }", "8:31", /unknown phase stedy; .*did you mean steady/],
    ["{ minimize: p95 in steady }", "8:24", /unknown metric p95; there are throughput, p50/],
    ["{ minimize: error_rate in full }", "8:24", /subjectTo: \[error_rate <= 0.1%\]/],
    ["{ minimize: rss in full }", "8:31", /leave out in full/],
    ["{ maximize: throughput in steady }", "8:38", /what its schedule asks for/],
    ["{ maximize: p50 in steady }", "8:24", /more p50 is not better; write minimize: p50 in steady/],
    ["{ minimize: throughput in full }", "8:24", /less throughput is not better; write maximize/],
    ["{ minimize: { p50 in steady: -1 } }", "8:41", /this weight rewards more p50; give it 1/],
    ["{ minimize: { throughput in full: 1 } }", "8:46", /rewards less throughput; give it -1/],
    ["{ maximize: { throughput in full: -1 } }", "8:46", /rewards less throughput; give it 1/],
    ["{ minimize: { p50 in steady: 0 } }", "8:41", /weight of 0/],
    ["{ minimize: { p50 in steady: 1, p50  in steady: 2 } }", "8:44", /is there twice/],
    ["{ minimize: { p5 in steady: 1 } }", "8:26", /unknown metric p5/],
  ])("%s is refused at its place", (line, place, message) => {
    const [problem, ...others] = check(`${base}${on(line)}`).problems;
    expect(`${problem?.message}; ${problem?.hint}`).toMatch(message);
    expect(`${problem?.place.line}:${problem?.place.column}`).toBe(place);
    expect(others).toEqual([]);
  });

  test.each(["params: { maxBatch: {} }", "require: []", "subjectTo: []"])("is missed beside %s", (line) => {
    expect(check(`${base}${line}\n`).problems).toMatchObject([
      { message: "objective is missing beside it", hint: "add objective: { minimize: p50 in steady }" },
    ]);
  });

  test("is asked for, with the lines to add, by what needs it", () => {
    const { scenario } = check(base);
    expect(() => scenario && requireTuning(scenario)).toThrow(
      "s.yaml does not say what to tune for; add objective: { minimize: p50 in steady }, and params: { maxBatch: {}",
    );
    const tuned = check(`${base}${objective}`).scenario;
    expect(tuned && requireTuning(tuned)).toBe(tuned?.tuning);
  });

  test("of a target without knobs needs params", () => {
    const text = `${base}${objective}`.replace(/target: .*\n/, "target: { kind: synthetic, law: work }\n");
    expect(check(text).problems).toMatchObject([
      { message: "name what may be tuned in params; kind: synthetic has no knobs", place: { line: 7 } },
    ]);
    expect(check(`${text}params: { rounds: {} }\n`).problems).toMatchObject([
      { message: expect.stringMatching(/^there is no knob rounds; kind: synthetic has none/) },
    ]);
  });
});

describe("the targets of a tuning", () => {
  test("are those of the scenario that slices measure", () => {
    expect(tuningOf(objective).subjectTo).toMatchObject([
      { text: "p99 <= 5ms in steady", line: 6 },
      { text: "error_rate == 0", op: "<=", limit: 0 },
      { text: "throughput > 1/s in full", phase: "full" },
    ]);
  });

  test("are its own where it has some, the phase before or behind", () => {
    expect(
      tuningOf(`${objective}subjectTo: [p99 in steady <= 6ms, p90 < 1ms in full, rss < 1GB]\n`).subjectTo,
    ).toMatchObject([
      { text: "p99 in steady <= 6ms", op: "<=", limit: 6000, phase: "steady", line: 8, column: 13 },
      { metricName: "p90", phase: "full" },
      { metricName: "rss", limit: 1e9 },
    ]);
    expect(tuningOf(`${objective}subjectTo: []\n`).subjectTo).toEqual([]);
  });

  test.each([
    ["lost == 0", 13, /lost cannot be measured in the short slices/],
    ["max < 1s", 13, /max cannot be measured/],
    ["p99 == 1ms", 13, /use <= or >=/],
    ["rss < 1GB in full", 13, /leave out in full/],
    ["throughput > 1/s", 13, /the throughput in steady is what its schedule asks for/],
    ["p99 < 1ms in stedy", 26, /unknown phase stedy/],
    ["p99 in full < 1ms in full", 34, /the phase is named already/],
    ["p99 < 5", 19, /p99 needs a duration/],
  ])("%s is refused at its place", (rule, column, message) => {
    const [problem, ...others] = check(`${base}${objective}subjectTo: [${rule}]\n`).problems;
    expect(`${problem?.message}; ${problem?.hint}`).toMatch(message);
    expect(problem?.place).toMatchObject({ line: 8, column });
    expect(others).toEqual([]);
  });
});
