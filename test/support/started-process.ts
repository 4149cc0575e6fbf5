import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { onTestFinished } from "vitest";

/** A process that goes on beside a test, and is ended with it. */
export interface StartedProcess {
  readonly child: ChildProcess;
  /** All that it wrote, both streams. */
  written(): string;
  /** Waits until what it wrote matches; gives the first group. Throws with all that it wrote where it ends before. */
  wrote(pattern: RegExp): Promise<string>;
  /** Waits for its end. */
  ended(): Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
}

/** Starts a program, as a user would start dyno: without the Redis and the CI of this environment. */
export function startProcess(
  program: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
): StartedProcess {
  const { REDIS_URL: _, CI: __, DYNO_TOKEN: ___, ...rest } = process.env;
  const env = { ...rest, NO_COLOR: "1", ...options.env };
  const child = spawn(program, args, { cwd: options.cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  let written = "";
  let wake: () => void = () => undefined;
  const take = (chunk: Buffer): void => {
    written += chunk.toString();
    wake();
  };
  child.stdout.on("data", take);
  child.stderr.on("data", take);
  const end = once(child, "close").then(([code, signal]) => {
    wake();
    return { code, signal } as Awaited<ReturnType<StartedProcess["ended"]>>;
  });
  const isOver = (): boolean => child.exitCode !== null || child.signalCode !== null;
  onTestFinished(async () => {
    if (!isOver()) child.kill("SIGKILL");
    await end;
  });
  return {
    child,
    written: () => written,
    wrote: async (pattern) => {
      for (;;) {
        const found = pattern.exec(written);
        if (found !== null) return found[1] ?? "";
        if (isOver()) throw new Error(`${program} ended: ${written}`);
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    ended: () => end,
  };
}
