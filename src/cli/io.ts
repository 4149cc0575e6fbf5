import type { Output } from "../publish/terminal/output.ts";

/** Everything that a command knows of the outside. Results go to `stdout`, progress and messages to `stderr`. */
export interface Io {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Aborted by the first Ctrl-C or SIGTERM, with the signal's name as its reason. */
  readonly signal: AbortSignal;
}

/** Which signal ended the command, where one did. */
export function interruptedBy(signal: AbortSignal): { readonly interrupted?: "SIGINT" | "SIGTERM" } {
  if (!signal.aborted) return {};
  return { interrupted: signal.reason === "SIGTERM" ? "SIGTERM" : "SIGINT" };
}
