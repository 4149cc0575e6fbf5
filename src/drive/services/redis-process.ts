import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createConnection, createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { DynoError } from "../../base/errors.ts";

/** A Redis server of our own. */
export interface RedisProcess {
  readonly url: string;
  /** Starts it again after its death, on the same port and data. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** How to start a server. */
export interface RedisProcessOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly appendfsync: "always" | "everysec" | "no";
  readonly signal: AbortSignal;
}

const startTimeoutMs = 10_000;

/**
 * The server must end with us even when we are killed: a shell holds the other end of a pipe of ours and ends
 * the server when the pipe closes. Being the leader of its own group, it does not hear our Ctrl-C, so that
 * a trial can drain.
 */
const supervisor = '"$@" </dev/null & pid=$!; cat >/dev/null; kill "$pid" 2>/dev/null; wait "$pid"';

/**
 * Starts `redis-server` or `valkey-server` from the PATH on a free loopback port, in a folder of its own, with
 * an append-only file and without eviction. Gives undefined where neither is installed.
 */
export async function spawnRedis(options: RedisProcessOptions): Promise<RedisProcess | undefined> {
  const program = findProgram(["redis-server", "valkey-server"], options.env.PATH ?? "");
  if (program === undefined) return undefined;
  const dir = await mkdtemp(join(tmpdir(), "dyno-redis-"));
  const port = await freePort();
  let child: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    await endSupervisor(child);
    child = spawn(
      "sh",
      ["-c", supervisor, "sh", program, ...serverArguments(port, dir, options.appendfsync)],
      {
        stdio: ["pipe", "ignore", "ignore"],
        detached: true,
      },
    );
    child.unref();
    await waitUntilListening(port, child, options.signal);
  };
  const close = async (): Promise<void> => {
    await endSupervisor(child);
    await rm(dir, { recursive: true, force: true });
  };
  try {
    await start();
  } catch (thrown) {
    await close();
    throw thrown;
  }
  return { url: `redis://127.0.0.1:${port}`, restart: start, close };
}

function serverArguments(port: number, dir: string, appendfsync: string): string[] {
  const settings = {
    bind: "127.0.0.1",
    port,
    dir,
    appendfsync,
    appendonly: "yes",
    save: "",
    "maxmemory-policy": "noeviction",
  };
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
}

async function endSupervisor(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.ref();
  child.stdin?.end();
  await ended;
}

async function waitUntilListening(port: number, child: ChildProcess, signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + startTimeoutMs;
  while (!(await answersPing(port))) {
    if (signal.aborted) throw new DynoError("aborted", "stopped while Redis was starting");
    if (child.exitCode !== null || Date.now() > deadline) {
      throw new DynoError(
        "setup",
        `a private redis-server on port ${port} did not answer within ${startTimeoutMs / 1000} s`,
      );
    }
    await sleep(20);
  }
}

/** Whether a server answers PING; while it loads its data it answers with an error instead. */
function answersPing(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: "127.0.0.1", port });
    socket.setTimeout(1000, () => socket.destroy());
    socket.once("connect", () => socket.write("PING\r\n"));
    socket.once("data", (reply) => {
      resolve(reply.toString().startsWith("+PONG"));
      socket.destroy();
    });
    socket.once("error", () => resolve(false));
    socket.once("close", () => resolve(false));
  });
}

/** A TCP port on the loopback address that nobody listens on now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

/** The first of these programs that lies on the PATH, as a whole path. */
export function findProgram(names: readonly string[], path: string): string | undefined {
  const candidates = names.flatMap((name) => path.split(delimiter).map((folder) => join(folder, name)));
  return candidates.find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
