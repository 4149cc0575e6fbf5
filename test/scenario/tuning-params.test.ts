import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { targetSchemas } from "../../src/drive/target-schemas.ts";
import { knobs } from "../../src/engine/config.ts";
import { checkScenario } from "../../src/scenario/check-scenario.ts";
import { toValue } from "../../src/scenario/param-scale.ts";
import { fromSetting, toSetting } from "../../src/scenario/param-units.ts";

const base = `why: A test.
target: { kind: engine, store: redis }
load:
  - { phase: steady, shape: constant-rate, rate: 10k/s, for: 10s }
objective: { minimize: p50 in steady }
`;

const read = (params: object) =>
  checkScenario(`${base}params: ${JSON.stringify(params)}\n`, "s.yaml", { targetSchemas, env: {} });

const scale = fc.constantFrom("linear", "log", "log1p");

/** A range within 1 to 10,000 with a step or none, and a default that it has. */
const range = fc
  .record({
    min: fc.integer({ min: 1, max: 9999 }),
    width: fc.integer({ min: 1, max: 9999 }),
    step: fc.option(fc.integer({ min: 1, max: 500 }), { nil: undefined }),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ min, width, step, at }) => {
    const max = Math.min(10_000, min + width);
    const own = step === undefined || step > max - min ? undefined : step;
    const param = {
      name: "x",
      path: [],
      meaning: "",
      unit: "",
      type: "int",
      scale: "linear",
      min,
      max,
    } as const;
    const standard = toValue({ ...param, default: min, ...(own ? { step: own } : {}) }, at);
    return { min, max, default: standard, ...(own === undefined ? {} : { step: own }) };
  });

describe("params as they are read", () => {
  test("are what the file says, whatever the range", () => {
    fc.assert(
      fc.property(range, scale, (given, scale) => {
        const { scenario, problems } = read({ x: { path: "target.topics", type: "int", scale, ...given } });
        expect(problems).toEqual([]);
        expect(scenario?.tuning?.params).toEqual([
          { name: "x", path: ["target", "topics"], meaning: "", unit: "", type: "int", scale, ...given },
        ]);
      }),
      { numRuns: 50 },
    );
  });

  test("of a knob lie within the registry's range, or are refused at their place", () => {
    const near = fc.constantFrom(...knobs).chain((knob) => {
      const end = fc.oneof(fc.integer({ min: knob.min, max: knob.max }), fc.integer({ min: -9, max: 9 }));
      return fc.tuple(fc.constant(knob), end, fc.oneof(end, fc.constantFrom(knob.max, knob.max + 1)));
    });
    fc.assert(
      fc.property(near, ([knob, min, max]) => {
        const { scenario, problems } = read({ [knob.name]: { min, max, default: min } });
        const isRight = min >= knob.min && max <= knob.max && min < max;
        if (isRight) expect(scenario?.tuning?.params).toMatchObject([{ ...knob, min, max, default: min }]);
        else expect(problems).toMatchObject([{ place: { line: 6 } }]);
      }),
      { numRuns: 100 },
    );
  });

  test("are read or refused at their place, whatever they are", () => {
    const number = fc.oneof(fc.integer({ min: -3, max: 300 }), fc.double());
    const value = fc.oneof(number, fc.boolean(), fc.constantFrom("redis", "log", "64B", "5ms", ""));
    const param = fc.record(
      {
        path: fc.constantFrom(
          "target.payload",
          "target.store",
          "target.retain",
          "load.0.rate",
          "load.3",
          "",
          "x.y",
        ),
        type: fc.constantFrom("int", "real", "bool", "choice"),
        scale,
        min: number,
        max: number,
        step: number,
        default: value,
        values: fc.array(value, { maxLength: 3 }),
        unit: fc.constantFrom("ms", "B", "%", "events"),
      },
      { requiredKeys: [] },
    );
    const name = fc.constantFrom("maxBatch", "lingerMicros", "x", "constructor", "__proto__", "in", "a b");
    fc.assert(
      fc.property(fc.dictionary(name, param, { maxKeys: 3 }), (params) => {
        const { scenario, problems } = read(params);
        if (scenario === undefined) for (const { path } of problems) expect(path).toMatch(/^params/);
        else expect(scenario.tuning?.params.map((one) => one.name)).toEqual(Object.keys(params));
      }),
      { numRuns: 300 },
    );
  });

  test("say a number as a setting, and read it back", () => {
    const unit = fc.constantFrom("", "us", "ms", "s", "%", "B", "kB", "MiB", "/s", "k/s", "k");
    fc.assert(
      fc.property(unit, fc.integer({ min: 0, max: 1e6 }), (unit, value) => {
        expect(fromSetting(toSetting(value, unit), unit)).toBe(value);
      }),
    );
    expect(fromSetting("1kB", "B")).toBe(1000);
    expect(fromSetting("20%", "")).toBe(0.2);
    expect(fromSetting("10k", "")).toBe(10_000);
    expect(fromSetting("5ms", "B")).toBeUndefined();
    expect(fromSetting(true, "")).toBeUndefined();
  });
});
