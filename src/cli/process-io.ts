import type { Output } from "../publish/terminal/output.ts";
import type { Io } from "./io.ts";

/** The real outside of this process. `close` lets go of the signals. */
export interface ProcessIo extends Io {
  close(): void;
}

/**
 * Wires the streams, the environment and the signals of a process.
 *
 * The first SIGINT or SIGTERM aborts `signal`, with the signal's name as its reason, so that the command can
 * write what it has. The second one ends the process at once with the usual code (130 or 143).
 */
export function openProcessIo(source: NodeJS.Process): ProcessIo {
  const abort = new AbortController();
  const listeners = (["SIGINT", "SIGTERM"] as const).map((name) => {
    const listener = (): void => {
      if (abort.signal.aborted) source.exit(name === "SIGINT" ? 130 : 143);
      abort.abort(name);
    };
    source.on(name, listener);
    return { name, listener };
  });
  return {
    stdout: outputOf(source.stdout),
    stderr: outputOf(source.stderr),
    env: source.env,
    cwd: source.cwd(),
    signal: abort.signal,
    close: () => {
      for (const { name, listener } of listeners) source.off(name, listener);
    },
  };
}

function outputOf(stream: NodeJS.WriteStream): Output {
  return {
    write: (text) => {
      stream.write(text);
    },
    isTTY: stream.isTTY === true,
    get columns() {
      return stream.columns ?? 100;
    },
  };
}
