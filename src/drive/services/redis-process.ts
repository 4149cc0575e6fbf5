import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createConnection, createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { DynoError } from "../../base/errors.ts";

/** A Redis server of our own. */
export interface RedisProcess {
  readonly url: string;
  /** The server's process id; another one after a restart. */
  readonly pid: number;
  /** Kills it at once (SIGKILL), as a crash would; its data stay. Resolves when it is dead. */
  kill(): Promise<void>;
  /** Stops it in its tracks (SIGSTOP): it neither answers nor ends. */
  pause(): void;
  /** Lets it go on (SIGCONT). */
  resume(): void;
  /** Starts it again after its death, on the same port and data; also in a run that is being broken off. Resolves when it answers. */
  restart(): Promise<void>;
  /** Ends it for good and removes its folder. */
  close(): Promise<void>;
}

/** How to start a server. */
export interface RedisProcessOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly appendfsync: "always" | "everysec" | "no";
  /** Ends the waiting for the server to start the first time. */
  readonly signal: AbortSignal;
}

const startTimeoutMs = 10_000;

/**
 * The server must end with us even when we are killed: the shell's watcher reads from a pipe of ours, and kills the
 * server and removes its folder when the pipe closes. Being the leader of its own group, the server does not hear our
 * Ctrl-C, so that a trial can drain.
 */
const supervisor = `
exec 3<&0
"$@" </dev/null >server.log 2>&1 3<&- &
pid=$!
echo "$pid"
{ read -r _ <&3; : >ended; kill -9 "$pid"; } >/dev/null 2>&1 &
watcher=$!
wait "$pid"
kill "$watcher" 2>/dev/null
[ -e ended ] && cd / && rm -rf "$0"
`;

/**
 * Starts `redis-server` or `valkey-server` from the PATH on a free loopback port, in a folder of its own, with
 * an append-only file and without eviction. Gives undefined where neither is installed. Throws a DynoError `setup`
 * where the server does not start, with the last line that it wrote.
 */
export async function spawnRedis(options: RedisProcessOptions): Promise<RedisProcess | undefined> {
  const program = findProgram(["redis-server", "valkey-server"], options.env.PATH ?? "");
  if (program === undefined) return undefined;
  const dir = await mkdtemp(join(tmpdir(), "dyno-redis-"));
  const port = await freePort();
  let server: Supervised | undefined;
  const start = async (signal?: AbortSignal): Promise<void> => {
    server = await supervise(dir, [program, ...serverArguments(port, dir, options.appendfsync)]);
    await waitUntilAnswering(port, server, dir, signal);
  };
  const close = async (): Promise<void> => {
    await server?.end();
    await rm(dir, { recursive: true, force: true });
  };
  try {
    await start(options.signal);
  } catch (thrown) {
    await close();
    throw thrown;
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    get pid() {
      return server?.pid ?? 0;
    },
    kill: async () => server?.kill(),
    pause: () => server?.signal("SIGSTOP"),
    resume: () => server?.signal("SIGCONT"),
    restart: () => start(),
    close,
  };
}

interface Supervised {
  readonly pid: number;
  readonly ended: () => boolean;
  readonly signal: (name: "SIGSTOP" | "SIGCONT") => void;
  readonly kill: () => Promise<void>;
  readonly end: () => Promise<void>;
}

async function supervise(dir: string, command: readonly string[]): Promise<Supervised> {
  const shell = spawn("sh", ["-c", supervisor, dir, ...command], {
    cwd: dir,
    stdio: ["pipe", "pipe", "ignore"],
    detached: true,
  });
  const exited = new Promise<void>((resolve) => shell.once("close", () => resolve()));
  const pid = await readPid(shell);
  // Only for its end it should not keep us alive; sockets of a pipe can be let go, too.
  shell.unref();
  for (const stream of [shell.stdin, shell.stdout]) (stream as { unref?: () => void } | null)?.unref?.();
  const ended = (): boolean => shell.exitCode !== null || shell.signalCode !== null;
  const waitForEnd = async (): Promise<void> => {
    shell.ref();
    await exited;
  };
  return {
    pid,
    ended,
    signal: (name) => {
      if (!ended()) process.kill(pid, name);
    },
    kill: async () => {
      if (!ended()) process.kill(pid, "SIGKILL");
      await waitForEnd();
    },
    end: async () => {
      shell.stdin?.end();
      await waitForEnd();
    },
  };
}

function readPid(shell: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    shell.once("error", (cause) =>
      reject(new DynoError("setup", `a shell is needed to start Redis: ${cause.message}`, { cause })),
    );
    shell.stdout?.once("data", (line: Buffer) => resolve(Number(line.toString())));
  });
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

async function waitUntilAnswering(
  port: number,
  server: Supervised,
  dir: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const deadline = Date.now() + startTimeoutMs;
  while (!(await answersPing(port))) {
    if (signal?.aborted) throw new DynoError("aborted", "stopped while Redis was starting");
    if (server.ended() || Date.now() > deadline) {
      const log = await readFile(join(dir, "server.log"), "utf8").catch(() => "");
      const how = server.ended() ? "ended at once" : `did not answer within ${startTimeoutMs / 1000} s`;
      throw new DynoError(
        "setup",
        `a private Redis on port ${port} ${how}: ${log.trimEnd().split("\n").at(-1)}`,
      );
    }
    await sleep(10);
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
