import { open, rename, rm } from "node:fs/promises";

/** A file that is only appended to. */
export interface LogFile {
  append(bytes: Buffer): Promise<void>;
  truncate(length: number): Promise<void>;
  /** Resolves when everything appended before is on the disk. */
  datasync(): Promise<void>;
  close(): Promise<void>;
}

/**
 * What a log changes on a disk. It is a seam: a test can put something between that knows what a power cut would leave,
 * or a disk that fails.
 */
export interface LogFiles {
  /** Opens for appending; makes the file where it is missing. */
  open(path: string): Promise<LogFile>;
  remove(path: string): Promise<void>;
  /** Puts a file in the place of another, at once; on the disk, too, it is the old or the new. */
  rename(from: string, to: string): Promise<void>;
  /** Resolves when the names of the folder's files are on the disk. */
  syncFolder(dir: string): Promise<void>;
}

/** The real disk. */
export const diskFiles: LogFiles = {
  open: async (path) => {
    const file = await open(path, "a+");
    return {
      append: (bytes) => file.appendFile(bytes),
      truncate: (length) => file.truncate(length),
      datasync: () => file.datasync(),
      close: () => file.close(),
    };
  },
  remove: (path) => rm(path),
  rename: (from, to) => rename(from, to),
  syncFolder: async (dir) => {
    const folder = await open(dir, "r");
    await folder.sync().finally(() => folder.close());
  },
};
