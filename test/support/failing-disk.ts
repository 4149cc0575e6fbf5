import { diskFiles, type LogFile, type LogFiles } from "../../src/engine/stores/log-files.ts";

type Step = "append" | "truncate" | "datasync";

/** What happens before a step on a file, or, where it throws, in its place. `bytes` are those to be appended. */
export type Mishap = (file: LogFile, bytes: Buffer) => void | Promise<void>;

/** A disk whose steps fail as a test says. */
export interface FailingDisk {
  readonly files: LogFiles;
  /** The next steps of a kind meet these, one each. */
  next(step: Step, ...mishaps: readonly Mishap[]): void;
}

/** Creates a disk over another that does as it is told until it is to fail. */
export function createFailingDisk(disk: LogFiles = diskFiles): FailingDisk {
  const waiting: Record<Step, Mishap[]> = { append: [], truncate: [], datasync: [] };
  const meet = async (step: Step, file: LogFile, bytes: Buffer = Buffer.alloc(0)): Promise<void> => {
    await waiting[step].shift()?.(file, bytes);
  };
  const open: LogFiles["open"] = async (path) => {
    const file = await disk.open(path);
    return {
      ...file,
      append: async (bytes) => {
        await meet("append", file, bytes);
        await file.append(bytes);
      },
      truncate: async (length) => {
        await meet("truncate", file);
        await file.truncate(length);
      },
      datasync: async () => {
        await meet("datasync", file);
        await file.datasync();
      },
    };
  };
  return {
    files: { ...disk, open },
    next: (step, ...mishaps) => void waiting[step].push(...mishaps),
  };
}

/** The step fails with this code. */
export function failWith(code: string): Mishap {
  return () => {
    throw Object.assign(new Error(`${code}: the disk fails`), { code });
  };
}

/** Half of the bytes are written, then the step fails with this code. */
export function tearWith(code: string): Mishap {
  return async (file, bytes) => {
    await file.append(bytes.subarray(0, bytes.length / 2));
    await failWith(code)(file, bytes);
  };
}
