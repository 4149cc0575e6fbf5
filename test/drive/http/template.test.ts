import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRandom } from "../../../src/base/random.ts";
import { compileTemplate, type Template, type TemplateContext } from "../../../src/drive/http/template.ts";

const data = { users: ["id", "full name"], later: undefined };
const context = (seed: number): TemplateContext => ({
  n: 42,
  random: createRandom(seed),
  row: { users: { id: "7", "full name": "Ada" } },
});

function compile(text: string): Template {
  const template = compileTemplate(text, data);
  if ("message" in template) throw new Error(template.message);
  return template;
}

const render = (text: string, seed = 1): string => compile(text).render(context(seed));

function problemOf(text: string): string {
  const template = compileTemplate(text, data);
  return "message" in template ? template.message : "none";
}

describe("templates of requests", () => {
  test("fill in the number, the row's columns, and what is drawn", () => {
    expect(render("/users/{{users.id}}?n={{ n }}&name={{users.full name}}")).toBe("/users/7?n=42&name=Ada");
    expect(["a", "b"]).toContain(render("{{pick a b}}"));
    expect(render("{{text 16}}")).toMatch(/^[a-z0-9]{16}$/);
    expect(render("{{uuid}}")).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });

  test("the same seed draws the same, another one something else", () => {
    const text = "{{uuid}} {{int 0 1000000}} {{text 20}}";
    expect(render(text, 5)).toBe(render(text, 5));
    expect(render(text, 5)).not.toBe(render(text, 6));
  });

  test("whole numbers lie within their bounds, and reach both", () => {
    fc.assert(
      fc.property(fc.integer({ min: -100, max: 100 }), fc.nat(3), fc.nat(), (low, more, seed) => {
        const random = createRandom(seed);
        const template = compile(`{{int ${low} ${low + more}}}`);
        const drawn = new Set(
          Array.from({ length: 100 }, () => Number(template.render({ n: 0, random, row: {} }))),
        );
        expect([...drawn].toSorted((a, b) => a - b)).toEqual(
          Array.from({ length: more + 1 }, (_, i) => low + i),
        );
      }),
    );
  });

  test("a text without places is fixed, and comes back as it is", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const template = compile(text.replaceAll("{{", "{{{{"));
        expect(template.isFixed).toBe(true);
        expect(template.render(context(1)).replaceAll("{{{{", "{{")).toBe(text.replaceAll("{{{{", "{{"));
      }),
    );
    expect(compile("{{n}}").isFixed).toBe(false);
    expect(render("{{{{n}}")).toBe("{{n}}");
  });

  test.each([
    ["{{n", "close it with }}"],
    ["{{nn}}", "`{{nn}}` is nothing that can be filled in: there are n, int"],
    ["{{int 5 1}}", "the lower first"],
    ["{{int 5}}", "expected two whole numbers"],
    ["{{text 0}}", "expected a length"],
    ["{{pick}}", "nothing that can be filled in"],
    ["{{orders.id}}", "there is no data named orders; there is users, later"],
    ["{{users.age}}", "users has no column age; it has id, full name"],
  ])("%s is told: %s", (text, message) => {
    expect(problemOf(text)).toContain(message);
  });
});
