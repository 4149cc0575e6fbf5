import { createServer as createHttpServer, type RequestListener } from "node:http";
import { createServer, type Server } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../../src/base/clock.ts";
import type { WireRequest } from "../../../src/drive/http/connection.ts";
import { createPool, type Pool, type PoolOptions } from "../../../src/drive/http/pool.ts";
import type { HttpResponse } from "../../../src/drive/http/response-reader.ts";
import { listenOnLoopback, rawServer } from "../../support/http-server.ts";

async function listen(server: Server): Promise<number> {
  return (await listenOnLoopback(server)).port;
}

/** A server that gets the bytes themselves. */
async function raw(onData: Parameters<typeof rawServer>[0]): Promise<number> {
  return (await rawServer(onData)).port;
}

function open(port: number, options: Partial<PoolOptions> = {}): Pool {
  const pool = createPool({
    origin: { host: "127.0.0.1", port },
    connections: 1,
    pipelining: 1,
    timeoutMs: 5000,
    keepsBodies: true,
    nowMs: () => systemClock.nowMicros() / 1000,
    ...options,
  });
  onTestFinished(() => pool.close());
  return pool;
}

function get(path: string, options: Partial<WireRequest> = {}): WireRequest {
  return {
    bytes: Buffer.from(`GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`),
    isHead: false,
    isIdempotent: true,
    ...options,
  };
}

/** The answer. */
function ask(pool: Pool, request: WireRequest): Promise<HttpResponse> {
  return new Promise((resolve, reject) =>
    pool.send(request, {
      answer: (response) => resolve(response),
      fail: reject,
    }),
  );
}

const ok = (body: string): string => `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
const pathsOf = (text: string): string[] => [...text.matchAll(/GET (\S+)/g)].map(([, path]) => path ?? "");

describe("the pool of connections", () => {
  test("every request gets its own answer, over few connections, from a real HTTP server", async () => {
    const answer: RequestListener = ({ url }, response) => {
      const reply = (): void => void response.end(`answer to ${url}`);
      if (Number(url?.slice(1)) % 3 === 0) setTimeout(reply, 2);
      else reply();
    };
    const pool = open(await listen(createHttpServer(answer)), { connections: 4 });
    const bodies = await Promise.all(
      Array.from({ length: 200 }, async (_, n) => (await ask(pool, get(`/${n}`))).body),
    );
    expect(bodies).toEqual(Array.from({ length: 200 }, (_, n) => `answer to /${n}`));
    expect(pool.counters().connects).toBe(4);
    expect(pool.counters().waited).toBe(196);
  });

  test("without pipelining, a request leaves when the one before it was answered; with it, before", async () => {
    const most = async (pipelining: number): Promise<number> => {
      let waiting = 0;
      let seen = 0;
      const port = await raw((socket, text) => {
        waiting += pathsOf(text).length;
        seen = Math.max(seen, waiting);
        setTimeout(() => {
          const answers = waiting;
          waiting = 0;
          socket.write(ok("x").repeat(answers));
        }, 5);
      });
      const pool = open(port, { pipelining });
      await Promise.all(Array.from({ length: 12 }, (_, n) => ask(pool, get(`/${n}`))));
      return seen;
    };
    expect(await most(1)).toBe(1);
    expect(await most(4)).toBeGreaterThan(1);
    expect(await most(4)).toBeLessThanOrEqual(4);
  });

  /** A server whose first connections answer once, and then drop whatever comes. */
  const dropping = (dropped: number): Promise<number> =>
    raw((socket, text, connection) => {
      const [path] = pathsOf(text);
      if (connection >= dropped || path === "/first") socket.write(ok(`${path} ${connection}`));
      else socket.destroy();
    });

  test("a request that meets a connection which was closed while it lay idle is sent again, once", async () => {
    let now = 0;
    const pool = open(await dropping(1), { nowMs: () => now });
    await ask(pool, get("/first"));
    now = 5000;
    expect((await ask(pool, get("/again"))).body).toBe("/again 1");
    expect(pool.counters()).toEqual({ connects: 2, resends: 1, waited: 0 });
    now = 10_000;
    const other = open(await dropping(9), { nowMs: () => now });
    await ask(other, get("/first"));
    now = 15_000;
    await expect(ask(other, get("/again"))).rejects.toMatchObject({ code: "unavailable" });
    expect(other.counters()).toMatchObject({ connects: 2, resends: 1 });
  });

  test("one that a busy connection drops is an error and is not hidden by another try", async () => {
    let now = 0;
    const port = await raw((socket, text) => {
      if (pathsOf(text)[0] === "/first") socket.write(ok("x"));
      else {
        now += 20;
        socket.destroy();
      }
    });
    const pool = open(port, { nowMs: () => now });
    await ask(pool, get("/first"));
    await expect(ask(pool, get("/second"))).rejects.toThrow("closed the connection without an answer");
    expect(pool.counters()).toMatchObject({ resends: 0 });
  });

  test("one that is not safe to send again fails, and so does one that a new connection drops", async () => {
    let now = 0;
    const pool = open(await dropping(9), { nowMs: () => now });
    await ask(pool, get("/first"));
    now = 5000;
    await expect(ask(pool, get("/post", { isIdempotent: false }))).rejects.toMatchObject({
      code: "unavailable",
    });
    await expect(ask(pool, get("/post"))).rejects.toThrow("closed the connection without an answer");
  });

  test("goes on with a new connection where the server asks for that after each answer", async () => {
    const port = await raw((socket, text) => {
      socket.end(`HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n${pathsOf(text)[0]}`);
    });
    const pool = open(port, { connections: 2 });
    const bodies = await Promise.all(
      Array.from({ length: 9 }, async (_, n) => (await ask(pool, get(`/${n}`))).body),
    );
    expect(bodies).toEqual(Array.from({ length: 9 }, (_, n) => `/${n}`));
    expect(pool.counters()).toEqual({ connects: 9, resends: 0, waited: 7 });
  });

  test("an answer that does not come is a timeout, and what waits in line goes on", async () => {
    const port = await raw((socket, text) => {
      const [path] = pathsOf(text);
      if (path !== "/silent") socket.write(ok(path ?? ""));
    });
    const pool = open(port, { timeoutMs: 50 });
    const silent = ask(pool, get("/silent"));
    const next = ask(pool, get("/next"));
    await expect(silent).rejects.toMatchObject({ code: "timeout" });
    expect((await next).body).toBe("/next");

    const piped = open(port, { timeoutMs: 50, pipelining: 2 });
    const behind = [ask(piped, get("/silent")), ask(piped, get("/next"))];
    const codes = await Promise.all(behind.map((one) => one.catch(({ code }: { code: string }) => code)));
    expect(codes).toEqual(["timeout", "unavailable"]);
  });

  test("a refused connection, something that is no HTTP, and answers that nobody asked for are errors", async () => {
    const { port, close } = await listenOnLoopback(createServer());
    await close();
    await expect(ask(open(port), get("/"))).rejects.toThrow(`nothing listens on 127.0.0.1:${port}`);
    const foreign = await raw((socket) => socket.write("220 mail.example ESMTP\r\n"));
    await expect(ask(open(foreign), get("/"))).rejects.toThrow("does not begin like HTTP");
    const talkative = open(await raw((socket) => socket.write(ok("a") + ok("b"))));
    expect((await ask(talkative, get("/"))).body).toBe("a");
  });

  test("closing rejects what is under way, what waits, and what comes", async () => {
    const pool = open(await raw(() => undefined));
    const all = [ask(pool, get("/1")), ask(pool, get("/2"))].map((request) =>
      request.catch((error) => error.code),
    );
    pool.close();
    expect(await Promise.all(all)).toEqual(["closed", "closed"]);
    await expect(ask(pool, get("/3"))).rejects.toMatchObject({ code: "closed" });
  });
});
