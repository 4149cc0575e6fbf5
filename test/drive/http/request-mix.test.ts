import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkAnswer } from "../../../src/drive/http/answer-checks.ts";
import { createRequestMix, type MixOptions, type RequestKind } from "../../../src/drive/http/request-mix.ts";
import { compileTemplate, type Template } from "../../../src/drive/http/template.ts";

function template(text: string): Template {
  const compiled = compileTemplate(text, { users: ["id"] });
  if ("message" in compiled) throw new Error(compiled.message);
  return compiled;
}

function kind(name: string, more: Partial<RequestKind> = {}): RequestKind {
  return {
    name,
    weight: 1,
    method: "GET",
    path: template(`/${name}`),
    headers: [],
    body: undefined,
    expected: { statuses: [[200, 299]] },
    ...more,
  };
}

function mix(kinds: readonly RequestKind[], more: Partial<MixOptions> = {}) {
  return createRequestMix({
    kinds,
    order: "sequence",
    host: "x:80",
    data: {},
    seed: 1,
    check: checkAnswer,
    ...more,
  });
}

const textOf = (request: { readonly wire: { readonly bytes: Buffer | string } }): string =>
  request.wire.bytes.toString();
const targetOf = (request: Parameters<typeof textOf>[0]): string => textOf(request).split(" ")[1] ?? "";

describe("a mix of requests", () => {
  test("is encoded as HTTP/1.1: the host, headers, and the length of the body in bytes", () => {
    const post = kind("post", {
      method: "POST",
      headers: [["x-n", template("{{n}}")]],
      body: template('{"name":"é{{n}}"}'),
    });
    const { wire } = mix([post])(7);
    expect(wire.bytes.toString()).toBe(
      'POST /post HTTP/1.1\r\nhost: x:80\r\nx-n: 7\r\ncontent-length: 14\r\n\r\n{"name":"é7"}',
    );
    expect(wire.isIdempotent).toBe(false);
    expect(mix([kind("head", { method: "HEAD" })])(0).wire).toMatchObject({
      isHead: true,
      isIdempotent: true,
    });
  });

  test("is encoded once where nothing changes", () => {
    const next = mix([kind("a")]);
    expect(next(0)).toBe(next(1));
    const changing = mix([kind("a", { path: template("/{{n}}") })]);
    expect([0, 1].map((n) => targetOf(changing(n)))).toEqual(["/0", "/1"]);
  });

  test("goes through the kinds in turn, each as often as its weight", () => {
    const next = mix([kind("a", { weight: 2 }), kind("b")]);
    expect([0, 1, 2, 3, 4].map((n) => targetOf(next(n)))).toEqual(["/a", "/a", "/b", "/a", "/a"]);
  });

  test("draws kinds by weight, the same ones for the same seed", () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 9 }), (seed, weight) => {
        const draw = (): string[] => {
          const next = mix([kind("a", { weight }), kind("b")], { order: "mix", seed });
          return Array.from({ length: 2000 }, (_, n) => targetOf(next(n)));
        };
        const drawn = draw();
        expect(drawn).toEqual(draw());
        const share = drawn.filter((path) => path === "/a").length / drawn.length;
        // Six standard deviations of a share of 2000.
        expect(Math.abs(share - weight / (weight + 1))).toBeLessThan(0.07);
      }),
      { numRuns: 20 },
    );
  });

  test("gives each request one row, all its columns from that", () => {
    const data = { users: [{ id: "1" }, { id: "2" }, { id: "3" }] };
    const next = mix([kind("u", { path: template("/{{users.id}}/{{users.id}}") })], { data });
    const paths = Array.from({ length: 60 }, (_, n) => targetOf(next(n)));
    for (const path of paths) expect(path).toMatch(/^\/(\d)\/\1$/);
    expect(new Set(paths).size).toBe(3);
  });
});
