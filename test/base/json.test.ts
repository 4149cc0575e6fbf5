import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readJson } from "../../src/base/json.ts";

describe("reading JSON", () => {
  test("gives the value", () => {
    expect(readJson(' {"a": [1, null]}\n')).toEqual({ value: { a: [1, null] } });
  });

  test("says that a text is truncated, wherever it breaks off", () => {
    fc.assert(
      fc.property(
        fc.jsonValue().map((value) => JSON.stringify([value], null, 2)),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (text, share) => {
          const { problem } = {
            problem: undefined,
            ...readJson(text.slice(0, Math.floor(text.length * share))),
          };
          expect(problem).toMatchObject({ message: "is truncated", isTruncated: true });
        },
      ),
      { seed: 4 },
    );
  });

  test.each([
    ["a missing colon", '{\n  "a" [1]\n}', 2, 7],
    ["a comma too many", '{\n  "a": [1],\n}', 3, 1],
    ["a bare word", '{\n  "a": one\n}', 2, 8],
    ["something behind it", "[1]\n]", 2, 1],
    ["a mark of a conflict", '{\n<<<<<<< HEAD\n  "a": 1\n', 2, 1],
  ])("says where a text goes wrong by %s", (_, text, line, column) => {
    expect(readJson(text).problem).toMatchObject({ isTruncated: false, line, column });
  });
});
