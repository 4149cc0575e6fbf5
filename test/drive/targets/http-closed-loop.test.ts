import type { ServerResponse } from "node:http";
import { createServer } from "node:http";
import { describe, expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../../src/base/clock.ts";
import { kindOf } from "../../../src/base/errors.ts";
import type { LoadOutcome } from "../../../src/drive/load/running-load.ts";
import { httpTarget } from "../../../src/drive/targets/http.ts";
import { httpSettings } from "../../../src/drive/targets/http-settings.ts";
import type { OperationSink } from "../../../src/measure/recorder.ts";
import { listenOnLoopback, rawServer, recordingServer } from "../../support/http-server.ts";

interface Driven extends LoadOutcome {
  readonly counted: { sent: number; succeeded: number; unanswered: number };
  /** How many failed, by kind. */
  readonly failed: Readonly<Record<string, number>>;
  readonly latenciesMicros: readonly number[];
  readonly connects: number;
}

interface Drive {
  readonly clients?: number;
  readonly toClients?: number;
  /** The length of the phase; by default it is broken off after so many right answers. */
  readonly forMs?: number;
  readonly answers?: number;
  readonly drainMs?: number;
}

/** Drives a closed phase by the target's own loop. */
async function drive(settings: object, options: Drive = {}): Promise<Driven> {
  const { clients = 4, toClients = clients, forMs = 60_000, answers = 40, drainMs = 5000 } = options;
  const enough = new AbortController();
  const parsed = httpSettings.parse({ kind: "http", closedLoop: "autocannon", ...settings });
  const session = await httpTarget.start(parsed, {
    seed: 1,
    scratchDir: "",
    scenarioDir: "",
    services: {},
    faults: [],
    clients: Math.max(clients, toClients),
    verifies: true,
    signal: new AbortController().signal,
  });
  onTestFinished(async () => void (await session.stop()));
  const counted = { sent: 0, succeeded: 0, unanswered: 0 };
  const failed: Record<string, number> = {};
  const latenciesMicros: number[] = [];
  const recorder: OperationSink = {
    sent: () => counted.sent++,
    success: (_, sentMicros, doneMicros) => {
      counted.succeeded++;
      if (counted.succeeded >= answers) enough.abort();
      latenciesMicros.push(doneMicros - sentMicros);
    },
    successes: (count) => {
      counted.succeeded += count;
    },
    failure: (_due, _sent, _done, error) => {
      failed[kindOf(error)] = (failed[kindOf(error)] ?? 0) + 1;
    },
    unanswered: (count) => {
      counted.unanswered += count;
    },
  };
  const load = session.closedLoop?.start({
    firstOperation: 0,
    recorder,
    clock: systemClock,
    startMicros: systemClock.nowMicros(),
    signal: enough.signal,
    drainMs,
    phase: {
      phase: "p",
      loop: "closed",
      shape: "concurrency",
      fromClients: clients,
      toClients,
      durationMs: forMs,
    },
  });
  if (load === undefined) throw new Error("the target has no closed loop of its own");
  const outcome = await load.done;
  // What another loop took over from gave up is not under way any more.
  if (outcome.driver === "autocannon") expect(load.inFlight()).toBe(outcome.unanswered);
  else expect(load.inFlight()).toBe(0);
  const connects = Number((await session.counters?.())?.connects);
  return { ...outcome, counted, failed, latenciesMicros, connects };
}

describe("the closed loop of the HTTP target", () => {
  test("counts what the server counted, on one connection for each client", async () => {
    const server = await recordingServer();
    const driven = await drive({ url: server.url }, { clients: 5 });
    const { sent, counted, failed, unanswered, connects, driver } = driven;
    expect(server.seen).toHaveLength(sent);
    expect(counted).toEqual({ sent, succeeded: sent, unanswered: 0 });
    expect({ failed, unanswered, connects }).toEqual({ failed: {}, unanswered: 0, connects: 5 });
    expect(server.connections()).toBe(5);
    expect(driver).toBe("autocannon");
  });

  test("sends what is filled in, each operation once", async () => {
    const server = await recordingServer();
    const requests = [
      { path: "/{{n}}", headers: { "x-n": "{{n}}" } },
      { method: "POST", path: "/post", json: { n: "{{n}}", é: "{{text 4}}" } },
    ];
    const { sent } = await drive({ url: server.url, requests });
    const numbers = server.seen.map(({ method, path, body }) =>
      Number(method === "GET" ? path.slice(1) : JSON.parse(body).n),
    );
    expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: sent }, (_, n) => n));
    for (const { method, path, headers } of server.seen.filter((one) => one.method === "GET")) {
      expect(`${method} /${headers["x-n"]}`).toBe(`GET ${path}`);
    }
  });

  test("holds each answer against what its own request expects", async () => {
    const server = await recordingServer((response, { path }) => {
      response.writeHead(path === "/teapot" ? 418 : 200, { "x-path": path }).end(`{"path":"${path}"}`);
    });
    const requests = [
      { path: "/a", expect: { json: { path: "/a" }, headers: { "x-path": "/a" } } },
      { path: "/teapot", expect: { status: 418 } },
      { path: "/b", expect: { contains: "/a" } },
    ];
    const { sent, counted, failed } = await drive({ url: server.url, requests });
    const wrong = server.seen.filter(({ path }) => path === "/b").length;
    expect(failed).toEqual({ "wrong-answer-body": wrong });
    expect(counted.succeeded).toBe(sent - wrong);
  });

  test("measures each request from when it was sent", async () => {
    const server = await recordingServer((response) => void setTimeout(() => response.end(), 30));
    const { latenciesMicros } = await drive({ url: server.url });
    // Timers may fire up to a millisecond early.
    expect(Math.min(...latenciesMicros)).toBeGreaterThan(28_000);
  });

  test("counts what is never answered, and does not wait for longer than it may", async () => {
    const server = await recordingServer(() => undefined);
    const { counted, failed, unanswered } = await drive(
      { url: server.url },
      { clients: 3, forMs: 50, drainMs: 50 },
    );
    expect(counted).toEqual({ sent: 3, succeeded: 0, unanswered: 3 });
    expect({ failed, unanswered }).toEqual({ failed: {}, unanswered: 3 });
  });

  test("counts answers that come too late as timeouts, and goes on", async () => {
    let asked = 0;
    const server = await recordingServer((response) => {
      if (asked++ > 0) response.end();
    });
    const { failed, counted, sent } = await drive(
      { url: server.url, timeout: "1s" },
      { clients: 1, answers: 3 },
    );
    expect(Object.keys(failed)).toEqual(["timeout"]);
    expect(counted.succeeded).toBe(sent - (failed.timeout ?? 0));
  });

  test.each(["GET", "POST"])("loses no %s to a server that closes each connection", async (method) => {
    let asked = 0;
    const server = await recordingServer((response: ServerResponse) => {
      asked++;
      response.setHeader("connection", "close").end("ok");
    });
    const { counted, failed, sent, driver } = await drive({ url: server.url, method });
    expect(failed).toEqual({});
    expect(counted.succeeded).toBe(sent);
    expect(asked).toBe(sent);
    expect(driver).toContain("then dyno's own loop");
  });

  test("loses no request to a server that closes connections after a while, without a word", async () => {
    const answer = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
    const asked = new Map<number, number>();
    const server = await rawServer((socket, _, connection) => {
      const count = (asked.get(connection) ?? 0) + 1;
      asked.set(connection, count);
      if (count <= 3) socket.write(answer);
      if (count === 3) socket.end();
    });
    const { counted, failed, sent } = await drive({ url: server.url });
    // On a busy machine some are taken for requests that the server dropped.
    const { unavailable = 0, ...others } = failed;
    expect(others).toEqual({});
    expect(unavailable).toBeLessThan(sent / 10);
    expect(counted.succeeded + unavailable).toBe(sent);
  });

  test("goes on where answers are torn, and takes none for that of another request", async () => {
    const server = await rawServer((socket, text, connection) => {
      if (connection < 4) return void socket.end("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\ntorn");
      const path = text.split(" ")[1] ?? "";
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${path.length}\r\n\r\n${path}`);
    });
    const requests = [{ path: "/a", expect: { matches: "^/a$" } }];
    const { counted, failed, sent } = await drive({ url: server.url, requests, timeout: "1s" });
    expect(Object.keys(failed)).toEqual(["unavailable"]);
    expect(failed.unavailable).toBe(4);
    expect(counted.succeeded + (failed.unavailable ?? 0)).toBe(sent);
  });

  test("counts what a server that is away cannot take, and goes on when it is there", async () => {
    const away = await recordingServer();
    await away.close();
    const back = setTimeout(() => {
      const server = createServer((_, response) => response.end("ok"));
      void listenOnLoopback(server, away.port);
    }, 100);
    onTestFinished(() => clearTimeout(back));
    const { counted, failed, sent } = await drive({ url: away.url });
    expect(Object.keys(failed)).toEqual(["unavailable"]);
    expect(counted.succeeded + (failed.unavailable ?? 0)).toBe(sent);
  });

  test("ends when its time is over, with the answers of what was sent", async () => {
    const server = await recordingServer((response) => void setTimeout(() => response.end(), 5));
    const driven = await drive({ url: server.url }, { forMs: 100, answers: Number.POSITIVE_INFINITY });
    const { sent, counted, unanswered } = driven;
    expect(counted).toEqual({ sent, succeeded: sent, unanswered: 0 });
    expect(server.seen).toHaveLength(sent);
    expect(unanswered).toBe(0);
  });

  test("raises the number of clients, and keeps to the connections that it may have", async () => {
    const server = await recordingServer();
    const ramp = await drive({ url: server.url }, { clients: 1, toClients: 6 });
    expect(server.seen).toHaveLength(ramp.sent);
    const narrow = await recordingServer();
    const { sent } = await drive({ url: narrow.url, connections: 2 }, { clients: 6 });
    expect(narrow.seen).toHaveLength(sent);
    expect(narrow.connections()).toBe(2);
  });

  test("does not leave the server without load where a connection breaks and another one hangs", async () => {
    const server = await rawServer((socket, _, connection) => {
      if (connection === 0) return;
      if (connection === 1) return void socket.end("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\ntorn");
      socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
    });
    const settings = { url: server.url, timeout: "10min" };
    const { counted, failed, sent } = await drive(settings, { clients: 2, forMs: 600_000, drainMs: 600_000 });
    expect({ failed, unanswered: counted.unanswered }).toEqual({ failed: { unavailable: 1 }, unanswered: 1 });
    expect(counted.succeeded).toBe(sent - 2);
  });

  test.each([
    [
      "requests are pipelined",
      { pipelining: 2 },
      {},
      "loses count of pipelined requests when a connection breaks",
    ],
    ["answers must come soon", { timeout: "500ms" }, {}, "takes no timeout below 1 s"],
    ["only the head is asked for", { method: "HEAD" }, {}, "waits for the body of an answer to HEAD"],
    [
      "there is a connection header",
      { headers: { Connection: "close" } },
      {},
      "writes a `connection` header of its own",
    ],
    ["letters are looked at", { expect: { matches: "^o|é" } }, {}, "tears letters that come in two pieces"],
    ["there are few connections", { connections: 1 }, {}, "needs a connection for each client"],
    ["the number of clients changes", {}, { toClients: 6 }, "cannot change its number of clients"],
  ])("says why it is not autocannon, where %s", async (_, settings, options, why) => {
    const server = await recordingServer((response) => response.end("ok"));
    const { driver, sent } = await drive({ url: server.url, ...settings }, options);
    expect(driver).toBe(`dyno's own loop: autocannon ${why}`);
    expect(server.seen).toHaveLength(sent);
  });
});
