import type { Io } from "../../src/cli/io.ts";

/** An `Io` that keeps what is written. */
export interface MemoryIo extends Io {
  readonly written: { stdout: string; stderr: string };
}

/** Creates an `Io` of a folder, without a terminal and without colours. */
export function memoryIo(cwd: string, signal: AbortSignal = new AbortController().signal): MemoryIo {
  const written = { stdout: "", stderr: "" };
  const output = (stream: "stdout" | "stderr") => ({
    isTTY: false,
    columns: 120,
    write: (text: string) => {
      written[stream] += text;
    },
  });
  return { stdout: output("stdout"), stderr: output("stderr"), env: {}, cwd, signal, written };
}
