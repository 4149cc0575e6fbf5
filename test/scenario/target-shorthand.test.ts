import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { checkScenario } from "../../src/scenario/check-scenario.ts";
import { parseOverride } from "../../src/scenario/overrides.ts";
import { scenarioJsonSchema, type TargetSchemas } from "../../src/scenario/schema.ts";

const door = z.strictObject({
  kind: z.literal("door"),
  url: z.string().regex(/^http:/, "expected a URL"),
  width: z.int().default(1),
});
const targetSchemas: TargetSchemas = {
  door: { settings: door, shorthand: "url" },
  wall: { settings: z.strictObject({ kind: z.literal("wall"), url: z.string().optional() }) },
};

const scenario = (target: string): string =>
  `why: A test.\ntarget: ${target}\nload: [{ phase: p, shape: constant-rate, rate: 1/s, for: 1s }]\n`;

function check(target: string, overrides: readonly string[] = [], more = "") {
  return checkScenario(scenario(target) + more, "s.yaml", {
    targetSchemas,
    env: {},
    overrides: overrides.map((text) => parseOverride(text)),
  });
}

function settings(target: string, overrides: readonly string[] = []): unknown {
  const { scenario: found, problems } = check(target, overrides);
  return found?.target ?? problems;
}

const full = { kind: "door", settings: { url: "http:a", width: 1 } };

describe("a target in its short form", () => {
  test.each(["{ door: 'http:a' }", "{ door: { url: 'http:a' } }", "{ width: 1, door: { url: 'http:a' } }"])(
    "%s is what the full form is",
    (target) => {
      expect(settings(target)).toEqual(full);
      const valid = new Ajv2020({ strict: false }).compile(scenarioJsonSchema(targetSchemas));
      expect(valid(parse(scenario(target)))).toBe(true);
    },
  );

  test.each([
    ["{ door: 'http:a' }", "target.width=2"],
    ["{ door: { url: 'http:a' } }", "target.door.width=2"],
    ["{ door: { url: 'http:a' } }", "target.width=2"],
    ["{ door: 'http:b', width: 2 }", "target.door=http:a"],
    ["{ door: 'http:b', width: 2 }", "target.url=http:a"],
    ["{ wall: , kind: wall }", "target={ door: 'http:a', width: 2 }"],
  ])("%s can be overridden with %s", (target, override) => {
    expect(settings(target, [override])).toEqual({ kind: "door", settings: { url: "http:a", width: 2 } });
  });

  test.each([
    ["a wrong value", "{ door: 'ftp:a' }", "2:17", /target.url: expected a URL|expected a URL/],
    ["a wrong value below", "{ door: { url: 'ftp:a' } }", "2:24", /expected a URL/],
    ["a wrong value beside", "{ door: 'http:a', width: x }", "2:34", /expected number/],
    ["an unknown setting", "{ door: 'http:a', withd: 2 }", "2:27", /unknown setting "withd"/],
    ["an unknown setting below", "{ door: { url: 'http:a', withd: 2 } }", "2:34", /unknown setting "withd"/],
    ["a setting that is missing", "{ door: }", "2:17", /missing/],
    ["a value twice", "{ door: 'http:a', url: 'http:b' }", "2:27", /given twice: here, and by door/],
    ["a kind that has no short form", "{ wall: x }", "2:9", /kind/],
  ])("with %s is refused at its place", (_, target, place, message) => {
    const [problem] = check(target).problems;
    expect(`${problem?.place.line}:${problem?.place.column}`).toBe(place);
    expect(`${problem?.path}: ${problem?.message}`).toMatch(message);
  });

  test("can be changed by a variant, and the variant is blamed for what is wrong", () => {
    const right = check("{ door: 'http:a' }", [], "variants: { b: { target.door: 'http:b' } }\n");
    expect(right.scenario?.variants).toHaveLength(1);
    const wrong = check("{ door: 'http:a' }", [], "variants: { b: { target.door: 'ftp:b' } }\n");
    expect(wrong.problems).toMatchObject([{ file: 'variant b: target.door="ftp:b"' }]);
  });
});
