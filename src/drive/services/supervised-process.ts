import { type ChildProcess, spawn } from "node:child_process";
import { deferred, resolvesWithin } from "../../base/async.ts";
import { DynoError } from "../../base/errors.ts";
import { signalGroup, untilGroupEnds } from "../../base/process-group.ts";

/** How a process ended. */
export interface ProcessEnd {
  /** In words: `ended with code 3`, `was ended by SIGSEGV`. */
  readonly how: string;
  /** How long it had been there, in milliseconds. */
  readonly afterMs: number;
}

/** A process that leads a group of its own and ends with us, also where we are killed. */
export interface SupervisedProcess {
  /** Its id, and that of its group. */
  readonly pid: number;
  /** How it ended; undefined while it is there. */
  readonly end: () => ProcessEnd | undefined;
  /** Resolves as soon as it has ended. Whoever is left of its group is killed then, unless it is being stopped. */
  readonly ended: Promise<ProcessEnd>;
  /** Resolves when it and its group have ended, and all that they wrote was heard. */
  readonly gone: Promise<void>;
  /** Sends a signal to the whole group. */
  signal(name: NodeJS.Signals): void;
  /** Asks the whole group to end with a signal, and kills it after `withinMs`. Resolves when all are gone: whether in time. */
  stop(name: NodeJS.Signals, withinMs: number): Promise<boolean>;
  /** Kills the whole group at once (SIGKILL). Resolves when all are gone. */
  kill(): Promise<void>;
}

/** What to start. */
export interface SuperviseOptions {
  /** A program and its arguments. */
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Hears of all that it writes, to both streams, as it comes. */
  readonly onOutput: (chunk: Buffer) => void;
  /** A folder to remove where we are killed. */
  readonly folder?: string;
}

/** It waits for the watchdog to know its group, so that there is no moment at which nobody would end it. */
const starter = `read -r _ && exec "$@" </dev/null`;

/**
 * It reads from a pipe of ours: when that closes without a second line, we are gone, and it kills the group and removes its
 * folder. Both being in groups of their own, neither hears our Ctrl-C, so that a trial can drain.
 */
const watchdog = `
read -r group || exit
read -r _ && exit
kill -9 "-$group"
[ -n "$1" ] || exit
i=0
while [ "$i" -lt 50 ] && kill -0 "-$group"; do i=$((i + 1)); sleep 0.02; done
cd / && rm -rf "$1"
`;

/** Killed processes are gone at once. */
const reapMs = 1000;
/** Who left the group may hold the pipes open for ever. */
const lastWordsMs = 300;

/** Starts a process in a group of its own. Throws a DynoError `setup` where there is no shell to do it, or no such folder. */
export async function superviseProcess(options: SuperviseOptions): Promise<SupervisedProcess> {
  const guard = spawn("/bin/sh", ["-c", watchdog, "dyno-watchdog", options.folder ?? ""], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  const child = spawn("/bin/sh", ["-c", starter, "dyno-start", ...options.command], {
    cwd: options.cwd,
    env: { ...options.env },
    stdio: ["pipe", "pipe", "pipe"],
    detached: true,
  });
  for (const one of [guard, child]) {
    // What cannot be written any more is noticed by the end of whoever should read it.
    one.stdin?.on("error", () => undefined);
    letGo(one);
  }
  const [, pid] = await Promise.all([started(guard), started(child)]).catch((error) => {
    for (const one of [guard, child]) one.kill("SIGKILL");
    throw error;
  });
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", options.onOutput);
  guard.stdin?.write(`${pid}\n`);
  child.stdin?.end("go\n");
  return watch(child, pid, () => void guard.stdin?.end("done\n"));
}

function watch(child: ChildProcess, pid: number, dismissGuard: () => void): SupervisedProcess {
  const startedMs = performance.now();
  const ended = deferred<ProcessEnd>();
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  let end: ProcessEnd | undefined;
  let isStopping = false;
  const gone = deferred<void>();
  let clearing: Promise<void> | undefined;
  const clear = async (): Promise<void> => {
    if (signalGroup(pid, "SIGKILL")) await untilGroupEnds(pid, reapMs);
    dismissGuard();
    await resolvesWithin(closed, lastWordsMs);
    for (const stream of [child.stdout, child.stderr]) stream?.destroy();
    gone.resolve();
  };
  const untilGone = (): Promise<void> => {
    clearing ??= clear();
    return clearing;
  };
  child.once("exit", (code, signal) => {
    const how = signal === null ? `ended with code ${code}` : `was ended by ${signal}`;
    end = { how, afterMs: performance.now() - startedMs };
    ended.resolve(end);
    if (!isStopping) void untilGone();
  });
  return {
    pid,
    end: () => end,
    ended: ended.promise,
    gone: gone.promise,
    signal: (name) => void signalGroup(pid, name),
    stop: async (name, withinMs) => {
      isStopping = true;
      const deadlineMs = performance.now() + withinMs;
      if (end === undefined) signalGroup(pid, name);
      await resolvesWithin(ended.promise, withinMs);
      const isInTime = clearing !== undefined || (await untilGroupEnds(pid, deadlineMs - performance.now()));
      await untilGone();
      return isInTime;
    },
    kill: async () => {
      isStopping = true;
      signalGroup(pid, "SIGKILL");
      child.ref();
      await ended.promise;
      await untilGone();
    },
  };
}

/** For its end alone a process should not keep us; sockets of its pipes can be let go, too. */
function letGo(child: ChildProcess): void {
  child.unref();
  for (const stream of child.stdio) (stream as { unref?: () => void } | null)?.unref?.();
}

function started(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("error", (cause) =>
      reject(new DynoError("setup", `no process can be started: ${cause.message}`, { cause })),
    );
    child.once("spawn", () => resolve(child.pid ?? 0));
  });
}
