import { once } from "node:events";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { DynoError } from "../../src/base/errors.ts";
import type { LiveMessage } from "../../src/serve/live-socket.ts";
import { openTestDashboard } from "../support/dashboard.ts";
import { sampleComparison } from "../support/sample-comparison.ts";
import { sampleResult } from "../support/sample-result.ts";
import { type ListeningSocket, listenTo } from "../support/web-socket.ts";

const interval = (kind: "measured" | "warmup" = "measured") => {
  const [row] = sampleResult().trials[0]?.timeline.filter((one) => one.kind === "measured") ?? [];
  if (row === undefined) throw new Error("no row");
  return { type: "interval", interval: { ...row, kind } } as const;
};

/** Sends a path as it is: fetch would tidy it. */
function askRaw(url: string, path: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { path }, (answer) => {
      let text = "";
      answer.on("data", (chunk: Buffer) => {
        text += chunk.toString();
      });
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, text }));
    });
    sent.on("error", reject).end();
  });
}

describe("the API", () => {
  test("lists scenarios, those that are wrong among them, and no suites", async () => {
    const { ask } = await openTestDashboard();
    expect((await ask("/api/scenarios")).json).toMatchObject([
      { id: "steady", problems: 0, scenario: { name: "steady", target: "synthetic", upToMs: 7000 } },
      { id: "wrong" },
    ]);
  });

  test("starts a run, tells of it, and of its end", async () => {
    const { ask, runs } = await openTestDashboard();
    expect((await ask("/api/runs/current")).status).toBe(404);
    const begun = await ask("/api/runs", { body: { scenario: "steady", repeat: 2, seed: 7 } });
    expect(begun).toMatchObject({ status: 202, json: { id: 1, scenario: "steady", state: "running" } });
    expect(runs[0]?.request).toMatchObject({ scenario: "steady", repeat: 2, seed: 7 });
    runs[0]?.watch.onEvent({ type: "trial", trial: 1, of: 2 });
    runs[0]?.watch.onEvent(interval());
    expect((await ask("/api/runs/current")).json).toMatchObject({
      trial: { number: 2, of: 2 },
      points: [{ isWarmup: false, failedPerSec: 0 }],
    });
    runs[0]?.watch.onResult(sampleResult(), "20260101-000000-steady");
    runs[0]?.end(0);
    await expect
      .poll(async () => (await ask("/api/runs/current")).json)
      .toMatchObject({
        state: "ended",
        end: { outcome: "pass", exitCode: 0, folder: "20260101-000000-steady" },
      });
  });

  test("refuses a second run while one is under way, and takes it afterwards", async () => {
    const { ask, runs } = await openTestDashboard();
    const body = { scenario: "steady" };
    await ask("/api/runs", { body });
    const second = await ask("/api/runs", { body });
    expect(second.status).toBe(409);
    expect(second.text).toContain("a run of steady is under way");
    expect(runs).toHaveLength(1);
    runs[0]?.end(0);
    await expect.poll(async () => (await ask("/api/runs", { body })).status).toBe(202);
    expect((await ask("/api/runs/current")).json).toMatchObject({ id: 2 });
  });

  test("cancels a run by aborting it as Ctrl-C does; where there is none it says so", async () => {
    const { ask, runs } = await openTestDashboard();
    const idle = await ask("/api/runs/current", { method: "DELETE" });
    expect(idle).toMatchObject({ status: 409, json: { error: "no run is under way" } });
    await ask("/api/runs", { body: { scenario: "steady" } });
    const cancelled = await ask("/api/runs/current", { method: "DELETE" });
    expect(cancelled).toMatchObject({ status: 202, json: { state: "cancelling" } });
    expect(runs[0]?.signal.reason).toBe("SIGINT");
    await expect
      .poll(async () => (await ask("/api/runs/current")).json)
      .toMatchObject({
        state: "ended",
        end: { exitCode: 130 },
      });
  });

  test.each([
    [0, "pass", "All targets pass."],
    [1, "fail", "A target failed."],
    [130, "error", "Interrupted (SIGINT); the partial results were written."],
  ])(
    "tells by its exit code %i what became of a run that told of no result",
    async (code, outcome, reason) => {
      const { ask, runs } = await openTestDashboard();
      await ask("/api/runs", { body: { scenario: "steady" } });
      runs[0]?.end(code);
      await expect
        .poll(async () => (await ask("/api/runs/current")).json)
        .toMatchObject({
          end: { outcome, exitCode: code, reason },
        });
    },
  );

  test("tells the message of a run that could not be begun", async () => {
    const { ask, runs } = await openTestDashboard();
    await ask("/api/runs", { body: { scenario: "wrong" } });
    runs[0]?.fail(new DynoError("scenario", "wrong.yaml:2:11: error: target.kind\n    2 | target\n"));
    await expect
      .poll(async () => (await ask("/api/runs/current")).json)
      .toMatchObject({
        end: { outcome: "error", exitCode: 2, reason: "wrong.yaml:2:11: error: target.kind\n    2 | target" },
      });
  });

  test.each([
    [
      { scenario: "steady", set: ["target.start=rm"] },
      400,
      "set is not known; there are scenario, repeat and seed",
    ],
    [{ scenario: "steady", repeat: "2" }, 400, "repeat must be integer"],
    [{ scenario: "steady", repeat: 0 }, 400, "repeat must be >= 1"],
    [{ scenario: "steady", seed: -1 }, 400, "seed must be >= 0"],
    [{}, 400, "the body must have required property 'scenario'"],
    ['{"scenario"', 400, "JSON"],
    [{ scenario: "../secret" }, 404, 'there is no scenario "../secret"'],
    [{ scenario: "gate" }, 404, 'there is no scenario "gate"'],
    [{ scenario: "x".repeat(20_000) }, 413, "too large"],
  ])("answers %j with %i and one line", async (body, status, message) => {
    const { ask, runs } = await openTestDashboard();
    const answer = await ask("/api/runs", { body });
    expect(answer.status).toBe(status);
    expect((answer.json as { error: string }).error).toContain(message);
    expect(answer.text).not.toContain("\\n");
    expect(runs).toHaveLength(0);
  });

  test("takes nothing but JSON", async () => {
    const { ask } = await openTestDashboard();
    const headers = { "content-type": "text/plain" };
    const answer = await ask("/api/runs", { body: '{"scenario":"steady"}', headers });
    expect(answer).toMatchObject({
      status: 415,
      json: { error: expect.stringContaining("application/json") },
    });
  });
});

describe("the reports", () => {
  test("are listed, the newest first, from any kind of result; what is no result is left out", async () => {
    const { ask, reportsDir } = await openTestDashboard();
    const put = async (folder: string, file: string, value: unknown): Promise<void> => {
      await mkdir(join(reportsDir, folder));
      const text = typeof value === "string" ? value : JSON.stringify(value);
      await writeFile(join(reportsDir, folder, file), text);
    };
    const sample = sampleResult();
    await put("20260101-000000-steady", "result.json", sample);
    await writeFile(join(reportsDir, "20260101-000000-steady", "report.html"), "<p>report</p>");
    await put("20260201-000000-gate", "comparison.json", sampleComparison());
    // It went between its name and its content.
    await symlink("nowhere", join(reportsDir, "20260304-000000-gone"));
    await mkdir(join(reportsDir, "20260305-000000-gone"));
    await symlink("nowhere", join(reportsDir, "20260305-000000-gone", "result.json"));
    await put("20260301-000000-broken", "result.json", '{"schemaVersion": 1, "trials": [');
    await put("20260302-000000-other", "result.json", { hello: 1 });
    await put("20260303-000000-empty", "notes.txt", "nothing");
    const { comparisons } = sampleComparison();
    expect((await ask("/api/reports")).json).toMatchObject([
      ...comparisons.map((_, i) => {
        return { folder: "20260201-000000-gate", kind: "gate", anchor: `#s${i + 1}`, hasPage: false };
      }),
      { folder: "20260101-000000-steady", kind: "run", name: "sample", outcome: "pass", hasPage: true },
    ]);
    expect((await ask("/")).status).toBe(200);
    const page = await ask("/reports/20260101-000000-steady/report.html");
    expect(page.text).toBe("<p>report</p>");
    expect(page.headers.get("content-security-policy")).toMatch(/^sandbox /);
    expect(page.headers.get("content-security-policy")).not.toContain("allow-same-origin");
  });

  test.each([
    "/reports/../secret.txt",
    "/reports/..%2fsecret.txt",
    "/reports/%2e%2e/secret.txt",
    "/reports/x/..%5c..%5c..%5csecret.txt",
    "/reports//../secret.txt",
    "/reports/.hidden",
  ])("lead nowhere else: %s", async (path) => {
    const { server, reportsDir } = await openTestDashboard();
    await writeFile(join(reportsDir, ".hidden"), "not for the web");
    const { status, text } = await askRaw(server.url, path);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(text).not.toContain("not for the web");
  });
});

describe("who may use it", () => {
  const token = "0123456789abcdef";

  test("every answer has its guards, also where nothing is", async () => {
    const { ask } = await openTestDashboard();
    for (const path of ["/", "/api/scenarios", "/nothing"]) {
      const { headers } = await ask(path);
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("referrer-policy")).toBe("no-referrer");
      expect(headers.get("cache-control")).toBe("no-store");
    }
    expect((await ask("/")).headers.get("content-security-policy")).toContain("default-src 'none'");
  });

  test("a page of another site starts nothing", async () => {
    const { ask, runs } = await openTestDashboard();
    const answer = await ask("/api/runs", {
      body: { scenario: "steady" },
      headers: { origin: "http://evil.example" },
    });
    expect(answer.status).toBe(403);
    expect(runs).toHaveLength(0);
  });

  test("with a token nothing is open but /healthz; the cookie that ?token= gives opens all", async () => {
    const { ask, server } = await openTestDashboard({ token });
    for (const path of ["/", "/metrics", "/api/scenarios", "/reports/x", "/nothing"])
      expect((await ask(path)).status).toBe(401);
    expect((await ask("/healthz")).json).toEqual({ status: "ok" });
    const welcome = await ask(`/?token=${token}`);
    expect(welcome.status).toBe(303);
    expect(welcome.headers.get("location")).toBe("/");
    const cookie = welcome.headers.get("set-cookie")?.split(";")[0] ?? "";
    expect((await ask("/", { headers: { cookie } })).status).toBe(200);
    expect((await ask("/metrics", { headers: { authorization: `Bearer ${token}` } })).status).toBe(200);
    await expect(listenTo(`${server.url}api/live`)).rejects.toThrow("refused with 401");
  });

  test("an upgrade that is refused is hung up on", async () => {
    const { server } = await openTestDashboard();
    const connection = connect(Number(new URL(server.url).port), "127.0.0.1");
    let text = "";
    connection.on("data", (chunk) => {
      text += chunk.toString();
    });
    connection.write(
      "GET /api/live HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    );
    await once(connection, "end");
    expect(text).toMatch(/^HTTP\/1.1 403 /);
  });

  test.each([
    ["GET /metrics", "", 200, "dyno_"],
    ["GET /api/runs/current", "", 404, "no run was started yet"],
    ["POST /api/runs", "content-type: application/json\r\ncontent-length: 2\r\n", 400, ""],
  ])(
    "%s that offers another protocol than a socket's is answered in its own",
    async (line, more, status, body) => {
      const { server } = await openTestDashboard({ token });
      const connection = connect(Number(new URL(server.url).port), "127.0.0.1");
      let text = "";
      connection.on("data", (chunk) => {
        text += chunk.toString();
      });
      connection.write(
        `${line} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n${more}\r\n${more === "" ? "" : "{}"}`,
      );
      await once(connection, "end");
      expect(text.split(" ")[1]).toBe(String(status));
      expect(text).toContain(body);
    },
  );

  test("the address after ?token= never leads to another host", async () => {
    const { server } = await openTestDashboard({ token });
    const location = await new Promise((resolve, reject) => {
      request(server.url, { path: `//evil.example/?token=${token}` }, (answer) => {
        answer.resume();
        resolve(answer.headers.location);
      })
        .on("error", reject)
        .end();
    });
    expect(location).toBe("/evil.example/");
  });

  test.each(["localhost", "::1"])("bound to %s it answers there", async (host) => {
    const { server, ask } = await openTestDashboard({ host });
    expect(new URL(server.url).hostname).toBe(host === "::1" ? "[::1]" : host);
    expect((await ask("/healthz")).status).toBe(200);
  });

  test("it does not open beyond this machine without a token, nor with a short one", async () => {
    await expect(openTestDashboard({ host: "0.0.0.0" })).rejects.toMatchObject({
      code: "usage",
      message: expect.stringContaining("DYNO_TOKEN"),
    });
    await expect(openTestDashboard({ token: "short" })).rejects.toMatchObject({ code: "usage" });
  });

  test("a port that is taken is told in a line with the mend", async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
    const { port } = taken.address() as { port: number };
    try {
      await expect(openTestDashboard({ port })).rejects.toMatchObject({
        code: "setup",
        message: `the dashboard cannot be served on 127.0.0.1:${port}: it is in use; choose another with --port, such as --port ${port + 1}`,
      });
    } finally {
      taken.close();
    }
  });
});

describe("the live socket", () => {
  const messagesOf = (socket: ListeningSocket): LiveMessage[] =>
    socket.messages.map((text) => JSON.parse(text) as LiveMessage);

  test("tells what is, then what has changed; at the end the reports too", async () => {
    const { ask, server, runs } = await openTestDashboard();
    const socket = await listenTo(`${server.url}api/live`);
    await expect.poll(() => messagesOf(socket)).toMatchObject([{ isUnderWay: false, announcement: "" }]);
    await ask("/api/runs", { body: { scenario: "steady" } });
    for (let i = 0; i < 3; i++) runs[0]?.watch.onEvent(interval());
    // The whole course is in the drawing; the figures are those of the newest row.
    await expect.poll(() => messagesOf(socket).at(-1)?.run?.points).toHaveLength(1);
    runs[0]?.end(70);
    await expect
      .poll(() => messagesOf(socket).at(-1))
      .toMatchObject({
        isUnderWay: false,
        announcement: "steady: Not run, exit code 70.",
        reports: expect.stringContaining("no reports yet"),
      });
    socket.close();
  });

  test("draws many rows that come together once", async () => {
    const { ask, server, runs } = await openTestDashboard();
    const socket = await listenTo(`${server.url}api/live`);
    await ask("/api/runs", { body: { scenario: "steady" } });
    for (let i = 0; i < 500; i++) runs[0]?.watch.onEvent(interval());
    runs[0]?.end(0);
    await expect.poll(() => messagesOf(socket).at(-1)?.run?.state).toBe("ended");
    expect(socket.messages.length).toBeLessThanOrEqual(4);
    socket.close();
  });

  test("is closed with the server, after the run under way was ended for the server's reason", async () => {
    const { ask, server, runs, logged } = await openTestDashboard();
    const socket = await listenTo(`${server.url}api/live`);
    await ask("/api/runs", { body: { scenario: "steady" } });
    await server.close("SIGTERM");
    await socket.closed;
    expect(runs[0]?.signal.reason).toBe("SIGTERM");
    expect(logged.at(-1)).toContain("steady: ");
  });
});

describe("/metrics", () => {
  test("counts on from one run to the next, and leaves nothing of a moment behind", async () => {
    const { ask, runs } = await openTestDashboard();
    for (const i of [0, 1]) {
      await expect
        .poll(async () => (await ask("/api/runs", { body: { scenario: "steady" } })).status)
        .toBe(202);
      runs[i]?.watch.onEvent(interval("warmup"));
      runs[i]?.watch.onEvent(interval());
      const during = (await ask("/metrics")).text;
      expect(during).toContain('dyno_run_under_way{scenario="steady"} 1');
      expect(during).toMatch(/dyno_inflight_operations\{scenario="steady",phase="steady"\} \d/);
      runs[i]?.watch.onResult(sampleResult({ text: "steady" }), "x");
      runs[i]?.end(0);
    }
    const done = interval().interval.completed;
    await expect
      .poll(async () => (await ask("/metrics")).text)
      .toContain('dyno_run_under_way{scenario="steady"} 0');
    const { text } = await ask("/metrics");
    expect(text).toContain(
      `dyno_operations_total{scenario="steady",phase="steady",outcome="success"} ${2 * done}`,
    );
    expect(text).not.toContain("dyno_inflight_operations{");
    expect(text).toContain(
      'dyno_target_status{scenario="steady",phase="steady",target="p99",status="pass"} 1',
    );
  });
});
