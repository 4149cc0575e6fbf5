/** A stream that a command writes to. */
export interface Output {
  write(text: string): void;
  /** Whether a person is watching; decides about colour and the live view. */
  readonly isTTY: boolean;
  readonly columns: number;
}

/** Everything that a command knows of the outside. Results go to `stdout`, progress and messages to `stderr`. */
export interface Io {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Aborted by the first Ctrl-C or SIGTERM, with the signal's name as its reason. */
  readonly signal: AbortSignal;
}
