import { readdirSync, readFileSync } from "node:fs";

/** The texts in which a kernel tells of itself: `/proc` and `/sys`, or a recording of them. */
export interface MachineFiles {
  /** Undefined where there is no such file, or it may not be read. */
  read(path: string): string | undefined;
  /** The names in a folder; empty where there is none. */
  list(dir: string): readonly string[];
}

/** The files of the machine that this process runs on. On systems without `/proc` and `/sys` nothing can be read. */
export const systemFiles: MachineFiles = {
  read: (path) => {
    try {
      return readFileSync(path, "utf8");
    } catch {
      return undefined;
    }
  },
  list: (dir) => {
    try {
      return readdirSync(dir);
    } catch {
      return [];
    }
  },
};

/** The number in a file that holds nothing else; undefined where it holds something else (`max`, `-1` for none is a number). */
export function readNumber(files: MachineFiles, path: string): number | undefined {
  const text = files.read(path)?.trim() ?? "";
  return /^-?\d+$/.test(text) ? Number(text) : undefined;
}
