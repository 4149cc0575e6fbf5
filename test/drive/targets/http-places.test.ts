import fc from "fast-check";
import { expect, test } from "vitest";
import { createRandom } from "../../../src/base/random.ts";
import { compileTemplate } from "../../../src/drive/http/template.ts";
import { escapes, splitUrl } from "../../../src/drive/targets/http-places.ts";

const anyText = fc.string({ unit: "binary" }).filter((text) => text.isWellFormed());

function fillIn(text: string, value: string, where: keyof typeof escapes): string {
  const template = compileTemplate(text, { rows: ["x"] }, escapes[where]);
  if ("message" in template) throw new Error(template.message);
  return template.render({ n: 0, random: createRandom(1), row: { rows: { x: value } } });
}

test("whatever a file holds, it tears no request line, no header and no JSON, and arrives as it is", () => {
  fc.assert(
    fc.property(anyText, (value) => {
      const path = fillIn("/{{rows.x}}/", value, "path");
      expect(path).toMatch(/^\/[!-~]*\/$/);
      expect(decodeURIComponent(path.slice(1, -1))).toBe(value);
      expect(path.split("/")).toHaveLength(3);
      expect(JSON.parse(fillIn('["{{rows.x}}"]', value, "json"))).toEqual([value]);
      expect(fillIn("{{rows.x}}", value, "header")).not.toMatch(/[\r\n]/);
    }),
  );
});

test.each([
  ["http://a:1/b?c#", "http://a:1", "/b?c#"],
  ["https://a", "https://a", "/"],
  ["http://a?b=c", "http://a", "/?b=c"],
  ["/b", "", "/b"],
  ["http://a/{{n}}//x", "http://a", "/{{n}}//x"],
])("%s is the origin %j and the path %j", (url, origin, path) => {
  expect(splitUrl(url)).toEqual({ origin, path });
});
