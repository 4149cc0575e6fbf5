import { appendFile, mkdir } from "node:fs/promises";
import { dirname, relative } from "node:path";
import { checkFolder } from "../base/check-folder.ts";
import { messageOf } from "../base/errors.ts";
import type { WatchEvent } from "../measure/watch-events.ts";
import type { Io } from "./io.ts";

/** What a watch writes down. */
export interface WatchRecord {
  /** What messages call it. */
  readonly file: string;
  append(event: WatchEvent): void;
  /** Resolves when every event is written. */
  written(): Promise<void>;
}

/**
 * Opens a file for the events, a line each. Where they can no longer be written that is told once, and the watch goes on.
 * Throws a DynoError `usage` where nothing can be written from the beginning.
 */
export async function openWatchRecord(path: string, io: Io): Promise<WatchRecord> {
  const file = relative(io.cwd, path);
  await checkFolder(dirname(path), dirname(file), "name another one with --out");
  await mkdir(dirname(path), { recursive: true });
  let writing: Promise<void> = Promise.resolve();
  let isTold = false;
  const write = async (line: string): Promise<void> => {
    try {
      await appendFile(path, line);
    } catch (error) {
      if (!isTold) io.stderr.write(`dyno: ${file} cannot be written any more: ${messageOf(error)}\n`);
      isTold = true;
    }
  };
  return {
    file,
    append: (event) => {
      writing = writing.then(() => write(`${JSON.stringify(event)}\n`));
    },
    written: () => writing,
  };
}
