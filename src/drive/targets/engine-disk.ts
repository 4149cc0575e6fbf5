import { stat } from "node:fs/promises";
import { diskFiles, type LogFile, type LogFiles } from "../../engine/stores/log-files.ts";

/** The disk of a spool, which can be given a bound as if it were full. */
export interface BoundedDisk {
  readonly files: LogFiles;
  /** From now on its files hold at most so many bytes; gives what lifts the bound. */
  limit(roomBytes: number): () => void;
}

/** What the system says of a disk that has no room. */
class DiskFull extends Error {
  override readonly name = "DiskFull";
  readonly code = "ENOSPC";
}

/** Creates a disk without a bound. What is over a bound already stays; what would come on top is refused. */
export function createBoundedDisk(): BoundedDisk {
  const sizes = new Map<string, number>();
  let roomBytes = Number.POSITIVE_INFINITY;
  const heldBytes = (): number => [...sizes.values()].reduce((sum, size) => sum + size, 0);
  const open = async (path: string): Promise<LogFile> => {
    const file = await diskFiles.open(path);
    sizes.set(path, (await stat(path)).size);
    return {
      ...file,
      append: async (bytes) => {
        if (heldBytes() + bytes.length > roomBytes) {
          throw new DiskFull(`ENOSPC: no space left on device, write ${path}`);
        }
        sizes.set(path, (sizes.get(path) ?? 0) + bytes.length);
        await file.append(bytes);
      },
      truncate: async (length) => {
        await file.truncate(length);
        sizes.set(path, length);
      },
    };
  };
  return {
    files: {
      ...diskFiles,
      open,
      remove: async (path) => {
        await diskFiles.remove(path);
        sizes.delete(path);
      },
    },
    limit: (bytes) => {
      roomBytes = bytes;
      return () => {
        roomBytes = Number.POSITIVE_INFINITY;
      };
    },
  };
}
