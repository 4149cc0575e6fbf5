import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createExpressionCompiler, isVariableName } from "../../src/base/expression.ts";

const compile = createExpressionCompiler({
  a: "double",
  b: "double",
  word: "string",
  it: { schema: { key: "dyn" } },
});

function resultOf(source: string, variables: object): unknown {
  const { expression, problem } = compile(source, "anything");
  expect(problem).toBeUndefined();
  return expression?.evaluate({ word: "", it: {}, ...variables });
}

describe("an expression", () => {
  test.each([
    ["1 + a + 1", 5],
    ["28 + 100 * a", 328],
    ["1 - a - 1", -3],
    ["6 / a + 1", 3],
    ["7 % a + 1", 2],
    ["a % 2 + b * 3", 13],
    ["a == 3 && 3 == a && a != 4 && a < 4", true],
    ["word == 'x' ? 1 : 2", 2],
  ])("reckons with numbers and whole literals in any order: %s", (source, expected) => {
    expect(resultOf(source, { a: 3, b: 4 })).toBe(expected);
  });

  test("compares as JavaScript does, whatever the numbers", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), fc.integer(), (a, whole) => {
        expect(resultOf(`a <= ${whole}`, { a })).toBe(a <= whole);
        expect(resultOf(`a == ${whole}`, { a })).toBe(a === whole);
      }),
    );
  });

  test.each([
    ["a +", 2, 1, "anything", /not valid CEL/, undefined],
    ["wrod == 'x'", 0, 4, "bool", /Unknown variable: wrod/, "did you mean word?"],
    ["it.kye == 1", 3, 3, "bool", /No such key: kye/, "did you mean key?"],
    ["a + b", 0, 5, "bool", /gives double, and a bool is needed here/, undefined],
  ] as const)("that is wrong is refused at its place: %s", (source, offset, length, gives, message, hint) => {
    const { problem } = compile(source, gives);
    expect(problem).toMatchObject({ offset, length, message: expect.stringMatching(message) });
    expect(problem?.hint).toBe(hint);
  });

  test("knows the members that it reads by name", () => {
    const { expression } = createExpressionCompiler({ steps: "map" })(
      'steps.load > 1 && steps["save"] == 2',
      "bool",
    );
    expect(expression?.members).toEqual([
      { variable: "steps", member: "load", offset: 0, length: 10 },
      { variable: "steps", member: "save", offset: 18, length: 13 },
    ]);
  });

  test("that cannot be evaluated says so with its source", () => {
    const { expression } = createExpressionCompiler({ x: "dyn" })("x > 1", "bool");
    expect(() => expression?.evaluate({ x: "a" })).toThrow(/"x > 1" cannot be evaluated/);
  });
});

test.each([
  ["maxBatch", true],
  ["_x1", true],
  ["max-batch", false],
  ["1x", false],
  ["in", false],
  ["true", false],
  ["if", false],
  ["double", false],
])("%s may be a variable's name: %s", (name, expected) => {
  expect(isVariableName(name)).toBe(expected);
});
