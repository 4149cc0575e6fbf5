import { describe, expect, test } from "vitest";
import { type Admission, admit, type Caller, isLoopback } from "../../src/serve/access.ts";

const token = "0123456789abcdef";

type Change = Partial<Omit<Caller, "headers">> & { readonly headers?: Caller["headers"] };

function ask(change: Change, rules = { host: "127.0.0.1" } as Parameters<typeof admit>[1]): Admission {
  const { headers = {}, ...rest } = change;
  const caller = { method: "GET", path: "/", isUpgrade: false, ...rest };
  return admit({ ...caller, headers: { host: "127.0.0.1:4080", ...headers } }, rules);
}

describe("what loopback is", () => {
  test.each(["localhost", "127.0.0.1", "127.8.8.8", "::1"])("%s is", (host) => {
    expect(isLoopback(host)).toBe(true);
  });
  test.each(["0.0.0.0", "::", "10.0.0.1", "127.0.0.1.example.org", "localhost.example.org", ""])(
    "%s is not",
    (host) => {
      expect(isLoopback(host)).toBe(false);
    },
  );
});

describe("on loopback", () => {
  test.each(["localhost", "127.0.0.1:4080", "[::1]:4080", "LOCALHOST:9999"])("Host %s is let in", (host) => {
    expect(ask({ headers: { host } })).toEqual({ kind: "pass" });
  });

  test.each([
    undefined,
    "",
    "evil.example",
    "evil.example:4080",
    "127.0.0.1.evil.example",
    "localhost:80:80",
  ])("Host %s is refused: a name that was rebound to this machine", (host) => {
    expect(ask({ headers: { host } })).toMatchObject({ kind: "refuse", status: 403 });
  });

  const changing: Change[] = [{ method: "POST" }, { method: "DELETE" }, { isUpgrade: true }];

  test.each(changing)("%o is let in from the server's own page and from no page", (change) => {
    for (const origin of ["http://127.0.0.1:4080", undefined])
      expect(ask({ ...change, headers: { host: "127.0.0.1:4080", origin } })).toEqual({ kind: "pass" });
  });

  test.each(changing)("%o is refused from any other page", (change) => {
    for (const origin of [
      "http://evil.example",
      "http://127.0.0.1:3000",
      "http://localhost:4080",
      "null",
      "",
    ])
      expect(ask({ ...change, headers: { host: "127.0.0.1:4080", origin } })).toMatchObject({
        kind: "refuse",
        status: 403,
      });
  });
});

describe("with a token", () => {
  const rules = { host: "0.0.0.0", token };
  const headers = (more: Caller["headers"] = {}): Change => ({ headers: { host: "box:4080", ...more } });

  test("who shows none, or another, is refused", () => {
    const wrong = [
      {},
      { authorization: "Bearer" },
      { authorization: `Bearer ${token}0` },
      { authorization: `Basic ${token}` },
      { cookie: `dyno_serve=${token}` },
      { cookie: "dyno_serve=" },
    ];
    for (const shown of wrong)
      expect(ask(headers(shown), rules)).toMatchObject({ kind: "refuse", status: 401 });
    expect(ask({ ...headers(), queryToken: "no" }, rules)).toMatchObject({ kind: "refuse", status: 401 });
  });

  test("a bearer is let in, and anybody to /healthz", () => {
    expect(ask(headers({ authorization: `Bearer ${token}` }), rules)).toEqual({ kind: "pass" });
    expect(ask({ ...headers(), path: "/healthz" }, rules)).toEqual({ kind: "pass" });
  });

  test("the query's token gives a cookie that is let in, and does not hold the token", () => {
    const welcome = ask({ ...headers(), queryToken: token }, rules);
    if (welcome.kind !== "welcome") throw new Error(JSON.stringify(welcome));
    expect(welcome.cookie).toMatch(/; Path=\/; HttpOnly; SameSite=Lax$/);
    expect(welcome.cookie).not.toContain(token);
    const [cookie = ""] = welcome.cookie.split(";");
    expect(ask(headers({ cookie: `a=b; ${cookie}; c=d` }), rules)).toEqual({ kind: "pass" });
    expect(ask(headers({ cookie: `x${cookie}` }), rules)).toMatchObject({ kind: "refuse" });
  });

  test("the right token does not help a page of another site", () => {
    const change = {
      ...headers({ origin: "http://evil.example", authorization: `Bearer ${token}` }),
      method: "POST",
    };
    expect(ask(change, rules)).toMatchObject({ kind: "refuse", status: 403 });
  });
});
