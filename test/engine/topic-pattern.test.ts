import fc from "fast-check";
import { expect, test } from "vitest";
import { compileTopicPattern } from "../../src/engine/topic-pattern.ts";

test.each([
  ["orders.created", "orders.created", true],
  ["orders.created", "orders.createdx", false],
  ["orders.*", "orders.created", true],
  ["orders.*", "orders", false],
  ["orders.*", "orders.created.eu", false],
  ["*.created", "orders.created", true],
  ["orders.>", "orders.created.eu", true],
  ["orders.>", "orders", false],
  ["orders.*.>", "orders.eu.paid", true],
  ["orders.*.>", "orders.eu", false],
  [">", "orders", true],
  ["*", "orders.created", false],
  ["a.b", "a+b", false],
  [">", "$run.started", false],
  ["*.started", "$run.started", false],
  ["$run.started", "$run.started", true],
  ["$run.>", "$run.checkout.started", true],
  ["$run.*", "orders.started", false],
])("the pattern %s matches %s: %s", (pattern, topic, expected) => {
  expect(compileTopicPattern(pattern)(topic)).toBe(expected);
});

test.each(["", "orders.", ".orders", "orders..paid", ">.paid", "orders.>.paid"])(
  "the pattern '%s' is refused",
  (p) => {
    expect(() => compileTopicPattern(p)).toThrow(/topic pattern/);
  },
);

test("a topic matches itself, itself with any word starred, and any beginning followed by >", () => {
  const word = fc.stringMatching(/^[a-z0-9_-]{1,8}$/);
  fc.assert(
    fc.property(fc.array(word, { minLength: 2, maxLength: 6 }), fc.nat(), (words, n) => {
      const topic = words.join(".");
      const at = n % words.length;
      expect(compileTopicPattern(topic)(topic)).toBe(true);
      expect(compileTopicPattern(words.with(at, "*").join("."))(topic)).toBe(true);
      expect(compileTopicPattern([...words.slice(0, at), ">"].join("."))(topic)).toBe(true);
      expect(compileTopicPattern([...words, ">"].join("."))(topic)).toBe(false);
    }),
  );
});
