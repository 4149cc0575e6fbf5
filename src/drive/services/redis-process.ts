import { accessSync, constants } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { DynoError } from "../../base/errors.ts";
import { freePort } from "./free-port.ts";
import { createOutputLog, type OutputLog } from "./output-log.ts";
import { type SupervisedProcess, superviseProcess } from "./supervised-process.ts";

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
 * Starts `redis-server` or `valkey-server` from the PATH on a free loopback port, in a folder of its own, with
 * an append-only file and without eviction. Gives undefined where neither is installed. Throws a DynoError `setup`
 * where the server does not start, with the last line that it wrote.
 */
export async function spawnRedis(options: RedisProcessOptions): Promise<RedisProcess | undefined> {
  const program = findProgram(["redis-server", "valkey-server"], options.env.PATH ?? "");
  if (program === undefined) return undefined;
  const dir = await mkdtemp(join(tmpdir(), "dyno-redis-"));
  const port = await freePort();
  const log = createOutputLog();
  let server: SupervisedProcess | undefined;
  const start = async (signal?: AbortSignal): Promise<void> => {
    const command = [program, ...serverArguments(port, dir, options.appendfsync)];
    server = await superviseProcess({ command, cwd: dir, env: process.env, onOutput: log.add, folder: dir });
    await waitUntilAnswering(port, server, log, signal);
  };
  const close = async (): Promise<void> => {
    await server?.kill();
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
  server: SupervisedProcess,
  log: OutputLog,
  signal: AbortSignal | undefined,
): Promise<void> {
  const deadline = Date.now() + startTimeoutMs;
  while (!(await answersPing(port))) {
    if (signal?.aborted) throw new DynoError("aborted", "stopped while Redis was starting");
    const end = server.end();
    if (end !== undefined || Date.now() > deadline) {
      const how = end?.how ?? `did not answer within ${startTimeoutMs / 1000} s`;
      throw new DynoError("setup", `a private Redis on port ${port} ${how}: ${log.lastLines(1).join("")}`);
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
