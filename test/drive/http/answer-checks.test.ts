import { describe, expect, test } from "vitest";
import { checkAnswer, type Expectation, readsBody } from "../../../src/drive/http/answer-checks.ts";

function check(expected: Partial<Expectation>, body = "", status = 200): void {
  const head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nSet-Cookie: a=1\r\nset-cookie: b=2";
  checkAnswer({ status, head, body }, { statuses: [[200, 399]], ...expected });
}

describe("answers", () => {
  test("that are as expected pass", () => {
    check({}, "", 304);
    check({ contains: "ok", matches: /^o/ }, "ok");
    check({ headers: { "content-type": "html", "Set-Cookie": "b=" } });
    check(
      { json: { "items.1.id": 2, done: true, tags: ["a"] } },
      '{"items":[{"id":1},{"id":2}],"done":true,"tags":["a"]}',
    );
  });

  test.each([
    [
      "a wrong status",
      {
        statuses: [
          [200, 204],
          [301, 301],
        ],
      },
      "",
      "wrong-answer-status",
      "the status is 200, and 200-204 or 301 was expected",
      500,
    ],
    [
      "a text that is missing",
      { contains: "ok" },
      "no",
      "wrong-answer-body",
      'the body does not contain "ok": "no"',
      200,
    ],
    [
      "another header",
      { headers: { "content-type": "json" } },
      "",
      "wrong-answer-header",
      'the header content-type is "text/html", and "json" was expected in it',
      200,
    ],
    [
      "a header that is missing",
      { headers: { etag: "" } },
      "",
      "wrong-answer-header",
      "the header etag is missing",
      200,
    ],
    ["a pattern", { matches: /^\d+$/ }, "x1", "wrong-answer-body", "does not match /^\\d+$/", 200],
    ["no JSON", { json: { a: 1 } }, "<html>", "wrong-answer-body", "is no JSON", 200],
    [
      "another value",
      { json: { "a.b": 1 } },
      '{"a":{"b":"1"}}',
      "wrong-answer-body",
      'has "1" at a.b, and not 1',
      200,
    ],
    [
      "no such place",
      { json: { "a.b.c": 1 } },
      '{"a":null}',
      "wrong-answer-body",
      "has undefined at a.b.c",
      200,
    ],
  ] as const)("%s is an error that says what differs", (_, expected, body, code, message, status) => {
    const given = status === 500 ? 500 : 200;
    const call = (): void => check(expected, body, given);
    expect(call).toThrow(expect.objectContaining({ code }));
    expect(call).toThrow(message.replace("is 200,", `is ${given},`));
  });

  test("need their bodies only where those are looked at", () => {
    expect(readsBody({ statuses: [] })).toBe(false);
    expect(readsBody({ statuses: [], contains: "" })).toBe(true);
  });
});
