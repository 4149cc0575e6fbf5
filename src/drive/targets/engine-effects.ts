import { open } from "node:fs/promises";
import { deferred } from "../../base/async.ts";

/** Writes down what handlers did, so that it outlives the process that did it. */
export interface Effects {
  /** Resolves when the line is written: a kill of the process cannot take it back. */
  record(line: string): Promise<void>;
  close(): Promise<void>;
}

/** Opens a file of lines at its end. What comes while a write is under way shares the next one. */
export async function openEffects(path: string): Promise<Effects> {
  const file = await open(path, "a");
  let text = "";
  let next = deferred<void>();
  let writing: Promise<void> | undefined;
  const write = async (): Promise<void> => {
    while (text !== "") {
      const [lines, written] = [text, next];
      text = "";
      next = deferred();
      await file.appendFile(lines).then(written.resolve, written.reject);
    }
    writing = undefined;
  };
  return {
    record: (line) => {
      text += `${line}\n`;
      const { promise } = next;
      writing ??= write();
      return promise;
    },
    close: async () => {
      await writing;
      await file.close();
    },
  };
}

/** Reads such a file from one offset on: its whole lines, and where they end. A line that a kill cut short is left out. */
export async function readEffects(
  path: string,
  from = 0,
): Promise<{ readonly lines: readonly string[]; readonly end: number }> {
  const file = await open(path, "r").catch(() => undefined);
  if (file === undefined) return { lines: [], end: from };
  try {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read(
      Buffer.alloc(Math.max(1, size - from)),
      0,
      size - from,
      from,
    );
    const text = buffer.toString("latin1", 0, bytesRead);
    const end = text.lastIndexOf("\n") + 1;
    return { lines: end === 0 ? [] : text.slice(0, end - 1).split("\n"), end: from + end };
  } finally {
    await file.close();
  }
}
