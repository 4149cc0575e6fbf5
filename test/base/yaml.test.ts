import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { interpolate } from "../../src/base/interpolate.ts";
import { nearestWord } from "../../src/base/suggest.ts";
import { formatProblem, readYaml } from "../../src/base/yaml.ts";

describe("interpolate", () => {
  const env = { NAME: "value", EMPTY: "", DB_PASSWORD: "hunter2" };
  test.each([
    ["a ${NAME} b", "a value b"],
    ["${MISSING:-default}", "default"],
    ["${EMPTY:-default}", "default"],
    ["${MISSING:-}", ""],
    ["$${NAME}", "${NAME}"],
    ["$NAME", "$NAME"],
  ])("fills %s in as %s", (text, expected) => {
    expect(interpolate(text, env)).toMatchObject({ text: expected });
  });

  test.each([
    ["${MISSING}", /MISSING is not set; set it/],
    ["${MISSING:?say where}", /MISSING is not set: say where/],
    ["${1x}", /begins no variable/],
  ])("says what is wrong with %s", (text, problem) => {
    expect(interpolate(text, env).problem).toMatch(problem);
  });

  test("remembers the values of variables whose names tell that they are secret", () => {
    expect(interpolate("redis://:${DB_PASSWORD}@host/${NAME}", env).secrets).toEqual(["hunter2"]);
  });

  test("leaves text without a dollar as it is", () => {
    fc.assert(
      fc.property(
        fc.string().filter((text) => !text.includes("$")),
        (text) => void expect(interpolate(text, {}).text).toBe(text),
      ),
    );
  });
});

describe("readYaml", () => {
  test("lets a variable change a value, and never the structure", () => {
    const evil = "x\nadmin: true";
    expect(readYaml("f", "name: ${V}", { V: evil }).value).toEqual({ name: evil });
  });

  test("gives a variable that is a whole value the type that YAML would", () => {
    expect(readYaml("f", "a: ${V}\nb: x${V}\nc: ${T}", { V: "5", T: "true" }).value).toEqual({
      a: 5,
      b: "x5",
      c: true,
    });
  });

  test("refuses a key that is there twice, at its place", () => {
    const { problems } = readYaml("f", "a: 1\nb: 2\na: 3\n", {});
    expect(problems[0]?.place).toMatchObject({ line: 3, column: 1 });
    expect(problems[0]?.message).toContain("unique");
  });

  test("refuses aliases that blow up", () => {
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${"bcdefgh"
      .split("")
      .map((key, i) => `${key}: &${key} [${Array(9).fill(`*${"abcdefg"[i]}`).join(",")}]`)
      .join("\n")}\n`;
    expect(readYaml("f", bomb, {}).problems[0]?.message).toMatch(/alias/i);
  });

  test("locates keys, values, parts of values, and the parent of what is missing", () => {
    const yaml = readYaml("f", "load:\n  - rate: 5\n    for: '10s in x'\n", {});
    expect(yaml.locate(["load", 0, "rate"])).toEqual({ line: 2, column: 11, length: 1 });
    expect(yaml.locate(["load", 0, "rate"], "key")).toEqual({ line: 2, column: 5, length: 4 });
    expect(yaml.locateInText(["load", 0, "for"], 7, 1)).toEqual({ line: 3, column: 18, length: 1 });
    expect(yaml.locate(["load", 0, "missing"])).toMatchObject({ line: 2, column: 5 });
  });

  test("never throws, whatever the text", () => {
    fc.assert(fc.property(fc.string(), (text) => void expect(readYaml("f", text, {}).file).toBe("f")));
  });
});

test("a problem is shown with its place, its line, and a mark", () => {
  const text = "a: 1\nload:\n  - rate: -5\n";
  const problem = {
    file: "s.yaml",
    place: { line: 3, column: 11, length: 2 },
    path: "load.0.rate",
    message: "too small",
    hint: "use 5",
  };
  expect(formatProblem(problem, text)).toBe(
    "s.yaml:3:11: error: load.0.rate: too small; use 5\n    3 |   - rate: -5\n      |           ^^",
  );
});

test.each([
  ["raet", ["rate", "for", "phase"], "rate"],
  ["p99,9", ["p50", "p99", "p99.9"], "p99.9"],
  ["xyzzy", ["rate", "for"], undefined],
])("the word nearest to %s of %j is %s", (word, known, nearest) => {
  expect(nearestWord(word, known)).toBe(nearest);
});
