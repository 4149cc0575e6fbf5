import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, realpath, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { freePort } from "../../../src/drive/services/free-port.ts";
import { createOutputLog } from "../../../src/drive/services/output-log.ts";
import {
  type ServerProcess,
  type ServerStart,
  startServer,
} from "../../../src/drive/services/server-process.ts";
import { isAlive, untilDead } from "../../support/processes.ts";
import { scratchDir } from "../../support/scratch-dir.ts";

interface Asked extends Partial<Omit<ServerStart, "ready">> {
  readonly ready?: Partial<ServerStart["ready"]>;
  readonly signal?: AbortSignal;
}

/** Starts a server with these settings, in a folder of its own unless one is given; ends it when the test is over. */
async function start(
  { signal = AbortSignal.timeout(25_000), ...asked }: Asked,
  dir?: string,
): Promise<{ server: ServerProcess; log: () => string }> {
  const log = createOutputLog();
  const server = await startServer(
    {
      command: node(listening),
      env: {},
      stop: { signal: "SIGTERM", within: 20_000 },
      ...asked,
      ready: { within: 20_000, ...asked.ready },
    },
    { env: process.env, dir: dir ?? (await scratchDir()), log, signal },
  );
  onTestFinished(async () => void (await server.stop()));
  return { server, log: log.text };
}

/** The words that a server that could not be started is refused with. */
async function refusal(asked: Asked, dir?: string): Promise<{ code: string; message: string }> {
  return start(asked, dir).then(
    () => expect.unreachable("the server was started"),
    (error: { code: string; message: string }) => error,
  );
}

function node(script: string): readonly string[] {
  return [process.execPath, "-e", script];
}

const listening =
  "require('node:http').createServer((q, r) => r.end('hello')).listen(process.env.PORT, '127.0.0.1');";
const nothing = "setInterval(() => undefined, 1000);";

describe("a user's own server", () => {
  test("is told a free port, and is ready when it listens there", async () => {
    const { server } = await start({});
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(await (await fetch(server.url)).text()).toBe("hello");
    expect(server.description).toMatch(/^server: .* \(pid \d+\), ready after \d+ ms on http:/);
    await server.stop();
    await expect(fetch(server.url)).rejects.toThrow();
  });

  test("runs in a folder beside the scenario, by the shell, with an environment of its own", async () => {
    const dir = await scratchDir();
    await mkdir(join(dir, "app"));
    await writeFile(
      join(dir, "app", "server.cjs"),
      `console.log(process.cwd(), process.env.FLAVOUR);${listening}`,
    );
    const { log } = await start(
      { command: "FLAVOUR=$TASTE node server.cjs", cwd: "app", env: { TASTE: "salty" } },
      dir,
    );
    expect(log().trim()).toBe(`${await realpath(join(dir, "app"))} salty`);
  });

  test("is found where it listens on the IPv6 loopback address alone", async () => {
    const { server } = await start({ command: node(listening.replace("127.0.0.1", "::1")) });
    expect(server.url).toMatch(/^http:\/\/\[::1\]:\d+$/);
  });

  test("is ready when its URL answers with the status that was asked for", async () => {
    const late =
      "let n = 0; require('node:http').createServer((q, r) => { r.statusCode = q.url !== '/up' ? 404 : ++n < 3 ? 503 : 204; console.log(r.statusCode); r.end(); }).listen(process.env.PORT);";
    const { log } = await start({ command: node(late), ready: { url: "/up", status: 204 } });
    expect(log().trim().split("\n")).toEqual(["503", "503", "204"]);
  });

  test("is waited for at a whole URL, whose port it has", async () => {
    const port = await freePort();
    const { server } = await start({ ready: { url: `http://127.0.0.1:${port}/any` } });
    expect(server.url).toBe(`http://127.0.0.1:${port}`);
  });

  test("that does not become ready is refused with what was waited for and what it wrote, and is gone", async () => {
    const command = "echo pid $$; echo no database >&2; exec sleep 1000";
    const { code, message } = await refusal({ command, ready: { url: "/healthz", within: 1000 } });
    expect(code).toBe("setup");
    expect(message).toMatch(
      /was not ready within 1\ss; 2xx or 3xx from http:\/\/127\.0\.0\.1:\d+\/healthz was waited for \(in the end: ECONNREFUSED\); it wrote last: pid \d+ \| no database$/,
    );
    expect(isAlive(Number(/pid (\d+)/.exec(message)?.[1]))).toBe(false);
  });

  test("that ends at once is refused with its code and what it wrote", async () => {
    const { code, message } = await refusal({
      command: node("console.error('no licence'); process.exit(9)"),
    });
    expect({ code, message }).toMatchObject({
      code: "setup",
      message: expect.stringMatching(
        /ended with code 9 after [\d.]+\s\S+ before it was ready; it wrote last: no licence$/,
      ),
    });
  });

  test.each([
    [
      "a program that is not there",
      { command: ["no-such-program"] },
      /ended with code 127 .*no-such-program: not found$/,
    ],
    [
      "a folder that is not there",
      { cwd: "nowhere" },
      /cannot be started in .*nowhere: there is no such folder$/,
    ],
  ])("is refused where it names %s", async (_, asked, message) => {
    expect(await refusal(asked)).toMatchObject({ code: "setup", message: expect.stringMatching(message) });
  });

  test("is refused where another process has its port", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    onTestFinished(() => void other.close());
    const { port } = other.address() as { port: number };
    expect(await refusal({ ready: { port } })).toMatchObject({
      code: "setup",
      message: expect.stringMatching(`^port ${port} is in use by another process.*ready: { port: auto }`),
    });
  });

  test("is gone where the waiting for it is broken off", async () => {
    const dir = await scratchDir();
    const stop = new AbortController();
    const opening = refusal(
      { command: node(`console.log(process.pid); ${nothing}`), signal: stop.signal },
      dir,
    );
    stop.abort();
    expect(await opening).toMatchObject({
      code: "aborted",
      message: expect.stringContaining("was starting"),
    });
  });
});

describe("the end of a user's own server", () => {
  test("that ends by itself is told with its code and last words, and its group is ended", async () => {
    const mortal =
      "require('node:http').createServer(() => { console.error('out of luck'); process.exit(3) }).listen(process.env.PORT)";
    const { server, log } = await start({ command: `sleep 1000 & echo $!; node -e "${mortal}"` });
    const end = new Promise<string>((resolve) => server.onEnd(resolve));
    await expect(fetch(server.url)).rejects.toThrow();
    const how = await end;
    expect(how).toMatch(
      /^the server \(sleep 1000 .*\) ended with code 3 after [\d.]+\s\S+; it wrote last: \d+ \| out of luck$/,
    );
    await untilDead(Number(log().split("\n")[0]));
    expect(await server.stop()).toBeUndefined();
  });

  test("is told where a signal ended it", async () => {
    const { server } = await start({});
    const how = new Promise<string>((resolve) => server.onEnd(resolve));
    process.kill(server.group, "SIGKILL");
    expect(await how).toMatch(/was ended by SIGKILL after/);
  });

  test("is asked of its whole group, with the signal that was named, and is nothing to tell of", async () => {
    const script = `process.on('SIGINT', () => { console.log('bye'); process.exit(0) }); ${listening}`;
    const { server, log } = await start({
      command: `node -e "${script}" & echo $!; wait`,
      stop: { signal: "SIGINT", within: 20_000 },
    });
    const told: string[] = [];
    server.onEnd((how) => told.push(how));
    expect(await server.stop()).toBeUndefined();
    const [pid, ...rest] = log().trim().split("\n");
    expect(isAlive(Number(pid))).toBe(false);
    expect({ rest, told }).toEqual({ rest: ["bye"], told: [] });
  });

  test("is forced on the whole group where the signal is ignored, and that is told", async () => {
    const stubborn = `process.on('SIGTERM', () => console.log('no')); ${listening}`;
    const { server, log } = await start({
      command: `sh -c 'trap "" TERM; sleep 1000' & echo $!; exec node -e "${stubborn}"`,
      stop: { signal: "SIGTERM", within: 300 },
    });
    expect(await server.stop()).toMatch(
      /^the server \(.*\) had not ended 300\sms after SIGTERM, and was killed with all its process group$/,
    );
    expect(log()).toContain("no\n");
    expect([isAlive(server.group), isAlive(Number(log().split("\n")[0]))]).toEqual([false, false]);
  });

  test("comes with that of the process that started it, also where that is killed", async () => {
    const file = fileURLToPath(new URL("../../support/server-child.ts", import.meta.url));
    const child = spawn(process.execPath, ["--import", "tsx", file], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = (await once(child.stdout, "data")) as [Buffer];
    const [group = "", member = ""] = line.toString().trim().split(" ");
    expect([isAlive(Number(group)), isAlive(Number(member))]).toEqual([true, true]);
    child.kill("SIGKILL");
    await untilDead(Number(group));
    await untilDead(Number(member));
  });
});
