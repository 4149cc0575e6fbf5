import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { stripVTControlCharacters } from "node:util";
import { deferred } from "../../base/async.ts";
import { DynoError } from "../../base/errors.ts";
import { signalGroup, untilGroupEnds } from "../../base/process-group.ts";

/** A command for the shell. */
export interface ShellStep {
  readonly command: string;
  readonly dir: string;
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** How a command ended. */
export interface StepEnd {
  /** Undefined where it ended well, else `exit code 2` or the signal. */
  readonly failure: string | undefined;
  /** What it wrote, both streams together, without colours; of much only the first and the last lines. */
  readonly output: readonly string[];
}

/** npm says first what is wrong and then a page of help; compilers end with it. */
const firstLines = 12;
const lastLines = 28;
const longestLine = 500;
const graceMs = 2000;
/** Killed processes are gone at once. */
const reapMs = 300;

/**
 * Runs a command with the shell, in a process group of its own, until it ends. What it leaves running in its group is
 * ended. When the signal is aborted the whole group is ended (SIGTERM, after two seconds SIGKILL), and this throws a
 * DynoError `aborted` when it is gone.
 */
export async function runShellStep({ command, dir, env, signal }: ShellStep): Promise<StepEnd> {
  if (signal.aborted) throw stopped(command);
  const shell = spawn(command, {
    shell: true,
    cwd: dir,
    env,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const closed = once(shell, "close");
  closed.catch(() => undefined);
  const output = keepLines(shell);
  const aborted = deferred<readonly []>();
  const onAbort = (): void => {
    signalGroup(shell.pid, "SIGTERM");
    aborted.resolve([]);
  };
  const onExit = (): void => void signalGroup(shell.pid, "SIGKILL");
  signal.addEventListener("abort", onAbort, { once: true });
  // A second Ctrl-C ends dyno at once, and the group does not hear it.
  process.once("exit", onExit);
  try {
    const [code, by] = await Promise.race([ended(shell), aborted.promise]);
    await endGroup(shell.pid, signal.aborted ? graceMs : 0);
    // Whoever left the group may hold the pipes open for ever.
    await Promise.race([closed, sleep(1000, undefined, { ref: false })]);
    if (signal.aborted) throw stopped(command);
    const failure = code === 0 ? undefined : by ? `the signal ${by}` : `exit code ${code}`;
    return { failure, output: output() };
  } finally {
    signal.removeEventListener("abort", onAbort);
    process.off("exit", onExit);
    for (const stream of [shell.stdout, shell.stderr]) stream?.destroy();
  }
}

type Ending = readonly [code: number | null, signal: NodeJS.Signals | null];

async function ended(shell: ChildProcess): Promise<Ending> {
  try {
    return (await once(shell, "exit")) as unknown as Ending;
  } catch (cause) {
    throw new DynoError("setup", `a shell cannot be started: ${String(cause)}`, { cause });
  }
}

const stopped = (command: string): DynoError =>
  new DynoError("aborted", `stopped while \`${command}\` was running`);

/** Waits until nobody is in the group, and kills who is still there after the grace. */
async function endGroup(leader: number | undefined, waitMs: number): Promise<void> {
  if (waitMs > 0 && (await untilGroupEnds(leader, waitMs))) return;
  if (signalGroup(leader, "SIGKILL")) await untilGroupEnds(leader, reapMs);
}

function keepLines(shell: ChildProcess): () => readonly string[] {
  const first: string[] = [];
  let last: string[] = [];
  let dropped = 0;
  const keep = (line: string): void => {
    const plain = stripVTControlCharacters(line).trimEnd().slice(0, longestLine);
    if (plain === "") return;
    if (first.length < firstLines) first.push(plain);
    else last.push(plain);
    if (last.length <= lastLines) return;
    last = last.slice(1);
    dropped++;
  };
  const rests = [shell.stdout, shell.stderr].map((stream) => {
    let rest = "";
    stream?.setEncoding("utf8").on("data", (text: string) => {
      const parts = `${rest}${text}`.split("\n");
      rest = (parts.pop() ?? "").slice(-longestLine);
      for (const part of parts) keep(part);
    });
    return () => rest;
  });
  return () => {
    for (const rest of rests) keep(rest());
    return [...first, ...(dropped === 0 ? [] : [`(${dropped} lines left out)`]), ...last];
  };
}
