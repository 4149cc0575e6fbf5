import { writeFile } from "node:fs/promises";
import { createServer as createHttpsServer } from "node:https";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Session, TargetContext } from "../../../src/drive/target.ts";
import { httpTarget } from "../../../src/drive/targets/http.ts";
import { httpSettings } from "../../../src/drive/targets/http-settings.ts";
import { listenOnLoopback, rawServer, recordingServer } from "../../support/http-server.ts";
import { loopbackTls } from "../../support/loopback-tls.ts";
import { scratchDir } from "../../support/scratch-dir.ts";

async function start(settings: object, context: Partial<TargetContext> = {}): Promise<Session> {
  const session = await httpTarget.start(httpSettings.parse({ kind: "http", ...settings }), {
    seed: 1,
    scratchDir: "",
    scenarioDir: "",
    services: {},
    faults: [],
    verifies: true,
    signal: new AbortController().signal,
    ...context,
  });
  onTestFinished(async () => void (await session.stop()));
  return session;
}

/** What became of each operation: `ok`, or the code of its error. */
async function fire(session: Session, count: number): Promise<readonly string[]> {
  const { signal } = new AbortController();
  const answers = Array.from({ length: count }, (_, n) => session.fire(n, signal));
  const settled = await Promise.allSettled(answers);
  return settled.map((one) => (one.status === "fulfilled" ? "ok" : String(one.reason.code)));
}

async function errorOf(session: Session): Promise<unknown> {
  const { signal } = new AbortController();
  return Promise.resolve(session.fire(0, signal)).then(
    () => undefined,
    (error: unknown) => error,
  );
}

test("answers that are wrong are a check that fails, unless an error_rate target allows for them", async () => {
  const server = await recordingServer();
  const url = `${server.url}/`;
  const right = await start({ url });
  await fire(right, 3);
  expect(await right.stop()).toEqual([
    { name: "answers are right", ok: true, detail: "3 answers were checked", metric: "error_rate" },
  ]);
  expect(await (await start({ url })).stop()).toEqual([]);
  const wrong = await start({ url, expect: { status: 418 } });
  await fire(wrong, 2);
  expect(await wrong.stop()).toMatchObject([
    { ok: false, detail: "2 of 2 answers were wrong; the first: the status is 200, and 418 was expected" },
  ]);
});

test("requests that wait for a connection are told, for the wait is in their latencies", async () => {
  const server = await recordingServer();
  const session = await start({ url: `${server.url}/`, connections: 2 });
  await fire(session, 5);
  expect(session.warnings?.()).toEqual([
    expect.stringMatching(/^3 requests waited for a free connection, since all 2 were busy/),
  ]);
  const free = await start({ url: `${server.url}/` });
  await fire(free, 5);
  expect(free.warnings?.()).toEqual([]);
});

const okay = (count: number): readonly string[] => Array.from({ length: count }, () => "ok");

describe("the requests of the HTTP target", () => {
  test("go to the URL, with the headers and the body that were asked for", async () => {
    const server = await recordingServer();
    const session = await start({
      url: `${server.url}/items?a=1`,
      method: "POST",
      headers: { "x-run": 7, host: "shop.test" },
      json: { id: "{{n}}", tags: ["é"] },
    });
    expect(await fire(session, 1)).toEqual(["ok"]);
    expect(server.seen).toMatchObject([
      {
        method: "POST",
        path: "/items?a=1",
        headers: { "x-run": "7", host: "shop.test", "content-type": "application/json" },
        body: '{"id":"0","tags":["é"]}',
      },
    ]);
  });

  test("come in sequence, each as often as its weight, with the target's headers and their own", async () => {
    const server = await recordingServer();
    const session = await start({
      url: `${server.url}/home`,
      headers: { Accept: "*/*", "x-who": "all" },
      requests: [
        { weight: 2, headers: { accept: "text/html" } },
        { method: "PUT", path: "/b", body: "x" },
      ],
      connections: 1,
    });
    await fire(session, 6);
    expect(server.seen.map(({ method, path }) => `${method} ${path}`)).toEqual([
      "GET /home",
      "GET /home",
      "PUT /b",
      "GET /home",
      "GET /home",
      "PUT /b",
    ]);
    expect(server.seen[0]?.headers).toMatchObject({ accept: "text/html", "x-who": "all" });
    expect(server.seen[2]?.headers).toMatchObject({ accept: "*/*" });
  });

  test("come in a mix by weight", async () => {
    const server = await recordingServer();
    const session = await start({
      url: server.url,
      order: "mix",
      requests: [{ path: "/often", weight: 9 }, { path: "/rare" }],
    });
    await fire(session, 500);
    const rare = server.seen.filter(({ path }) => path === "/rare").length;
    // Seven standard deviations of a binomial with a mean of 50.
    expect(rare).toBeGreaterThan(3);
    expect(rare).toBeLessThan(97);
  });

  test("draw rows of a CSV file, written as it must be where they stand", async () => {
    const server = await recordingServer();
    const scenarioDir = await scratchDir();
    await writeFile(join(scenarioDir, "users.csv"), '\ufeffid,name\n7,"Ada ""A/B"""\n');
    await writeFile(join(scenarioDir, "body.txt"), "Dear {{users.name}}");
    const data = { users: "users.csv" };
    const requests = [
      { path: "/{{users.id}}/{{users.name}}" },
      { method: "POST", json: { name: "{{users.name}}" } },
      { method: "POST", bodyFile: "body.txt" },
    ];
    const session = await start({ url: server.url, data, requests, connections: 1 }, { scenarioDir });
    expect(await fire(session, 3)).toEqual(okay(3));
    expect(server.seen[0]?.path).toBe("/7/Ada%20%22A%2FB%22");
    expect(JSON.parse(server.seen[1]?.body ?? "")).toEqual({ name: 'Ada "A/B"' });
    expect(server.seen[2]?.body).toBe('Dear Ada "A/B"');
  });

  test("go to the server that dyno started where the settings have a path alone", async () => {
    const server = await recordingServer();
    const settings = httpSettings.safeParse({ kind: "http", url: "/health" });
    expect(settings.error?.issues).toMatchObject([{ path: ["url"] }]);
    const session = await httpTarget.start(
      { ...httpSettings.parse({ kind: "http", url: "http://127.0.0.1:1/" }), url: "/health" },
      {
        seed: 1,
        scratchDir: "",
        scenarioDir: "",
        services: { serverUrl: server.url },
        faults: [],
        verifies: true,
        signal: new AbortController().signal,
      },
    );
    onTestFinished(async () => void (await session.stop()));
    expect(await fire(session, 1)).toEqual(["ok"]);
    expect(server.seen[0]?.path).toBe("/health");
  });

  test.each([
    ["users.csv", undefined, /target.data.users: users.csv is missing: there is no file .*users.csv/],
    ["users.csv", "", /target.data.users: users.csv is empty/],
    ["users.csv", "id,name\n", /target.data.users: users.csv has no rows/],
    ["users.csv", "id,id\n1,2\n", /two columns named id/],
    ["users.csv", 'id\n"1\n', /cannot be read as CSV, line 2/],
    ["users.csv", Buffer.from("id\n\xe9\n", "latin1"), /users.csv is no text in UTF-8/],
    ["users.csv", "name\nAda\n", /target.path: `{{users.id}}`: users has no column id; it has name/],
  ])("are refused before the run where %s is %j", async (file, text, message) => {
    const scenarioDir = await scratchDir();
    if (text !== undefined) await writeFile(join(scenarioDir, file), text);
    const settings = { url: "http://127.0.0.1:1/{{users.id}}", data: { users: file } };
    await expect(start(settings, { scenarioDir })).rejects.toMatchObject({
      code: "setup",
      message: expect.stringMatching(message),
    });
  });
});

describe("the answers to the HTTP target", () => {
  test.each([
    ["a status that is not expected", { expect: { status: [200, "4xx"] } }, 500, "wrong-answer-status"],
    ["a status that is no success", {}, 404, "wrong-answer-status"],
    ["a body without the text", { expect: { contains: "fine" } }, 200, "wrong-answer-body"],
    ["a body that does not match", { expect: { matches: "^fine" } }, 200, "wrong-answer-body"],
    ["another value", { expect: { json: { "a.0": 2 } } }, 200, "wrong-answer-body"],
    ["another header", { expect: { headers: { "x-a": "2" } } }, 200, "wrong-answer-header"],
  ])("with %s are errors", async (_, settings, status, code) => {
    const server = await recordingServer((response) => {
      response.writeHead(status, { "x-a": "1" }).end('{"a":[1]}');
    });
    expect(await fire(await start({ url: server.url, ...settings }), 1)).toEqual([code]);
  });

  test("that are as expected are none", async () => {
    const server = await recordingServer((response) =>
      response.writeHead(404, { "x-a": "1" }).end('{"a":[1]}'),
    );
    const expected = {
      status: 404,
      contains: "a",
      matches: "\\d",
      json: { "a.0": 1 },
      headers: { "X-A": "1" },
    };
    expect(await fire(await start({ url: server.url, expect: expected }), 3)).toEqual(okay(3));
  });

  test("that do not come in time are errors of their own, and what comes after is answered", async () => {
    let asked = 0;
    const server = await recordingServer((response) => {
      if (asked++ > 0) response.end("ok");
    });
    const session = await start({ url: server.url, timeout: "1s", connections: 1 });
    expect(await fire(session, 1)).toEqual(["timeout"]);
    expect(await fire(session, 1)).toEqual(["ok"]);
  });

  test("of a server that is away are errors until it is back", async () => {
    const first = await recordingServer();
    const session = await start({ url: first.url });
    expect(await fire(session, 2)).toEqual(okay(2));
    await first.close();
    expect(await fire(session, 2)).toEqual(["unavailable", "unavailable"]);
    await recordingServer(undefined, first.port);
    expect(await fire(session, 2)).toEqual(okay(2));
  });

  test("may each close their connection", async () => {
    const server = await recordingServer((response) => response.setHeader("connection", "close").end("ok"));
    const session = await start({ url: server.url, method: "POST", connections: 2 });
    expect(await fire(session, 10)).toEqual(okay(10));
    expect(server.connections()).toBe(10);
    expect(await session.counters?.()).toMatchObject({ connects: 10, resends: 0, waited: 8 });
  });

  test("are waited for one after the other on each connection, unless requests are to be pipelined", async () => {
    const waiting: string[] = [];
    const server = await rawServer((socket, text) => {
      waiting.push(...(text.match(/GET/g) ?? []));
      if (waiting.length < 3) return;
      for (const _ of waiting.splice(0)) socket.write("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    });
    const session = await start({ url: server.url, connections: 1, pipelining: 3, timeout: "2s" });
    expect(await fire(session, 3)).toEqual(okay(3));
    expect(server.connections()).toBe(1);
    const oneByOne = await start({ url: server.url, connections: 1, timeout: "100ms" });
    expect(await fire(oneByOne, 1)).toEqual(["timeout"]);
  });
});

describe("TLS", () => {
  async function tlsServer(): Promise<string> {
    const server = createHttpsServer(loopbackTls, (_, response) => response.end("ok"));
    return (await listenOnLoopback(server, 0, "https")).url;
  }

  test("takes a certificate that the settings name", async () => {
    const scenarioDir = await scratchDir();
    await writeFile(join(scenarioDir, "ca.pem"), loopbackTls.cert);
    const url = await tlsServer();
    const session = await start({ url, tls: { ca: "ca.pem" }, expect: { contains: "ok" } }, { scenarioDir });
    expect(await fire(session, 3)).toEqual(okay(3));
    const byName = url.replace("127.0.0.1", "localhost");
    expect(await fire(await start({ url: byName, tls: { ca: "ca.pem" } }, { scenarioDir }), 1)).toEqual([
      "ok",
    ]);
  });

  test("takes any certificate where that is asked for", async () => {
    const session = await start({ url: await tlsServer(), tls: { insecure: true } });
    expect(await fire(session, 3)).toEqual(okay(3));
  });

  test("takes no unknown certificate otherwise, and says what to do", async () => {
    expect(await errorOf(await start({ url: await tlsServer() }))).toMatchObject({
      code: "unavailable",
      message: expect.stringMatching(/self-signed.*tls: { ca: FILE }/s),
    });
  });
});
