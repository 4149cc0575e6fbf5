import { access, rename, rm, stat, truncate } from "node:fs/promises";
import { dirname } from "node:path";
import { diskFiles, type LogFile, type LogFiles } from "../../src/engine/stores/log-files.ts";

/** A disk that forgets, when its power is cut, what was not synced. */
export interface PowerDisk {
  /** The disk as one process sees it; the one before has died, and can change nothing any more. */
  next(): LogFiles;
  /** The process dies; what it has written stays. */
  kill(): void;
  /**
   * The power is cut: of each file, what was written after its last sync is lost, all of it or its end; so is a file whose
   * name was not synced, and a removal that was not comes undone. `fraction` gives numbers from 0 to 1.
   */
  cutPower(fraction: () => number): Promise<void>;
}

interface FileState {
  size: number;
  synced: number;
  isNameSynced: boolean;
  /** Removed, and the folder is not synced since. */
  isRemoved: boolean;
  /** Renamed from here, with what was at the new name before, and the folder is not synced since. */
  renamedFrom?: string;
}

const hidden = ".removed";
const replaced = ".replaced";

/** Creates a disk over the real one, with nothing known of it. Nothing is really synced, which takes time. */
export function createPowerDisk(): PowerDisk {
  const states = new Map<string, FileState>();
  let alive = 0;

  const stateOf = async (path: string): Promise<FileState> => {
    const known = states.get(path);
    if (known !== undefined && !known.isRemoved) return known;
    const exists = await access(path).then(
      () => true,
      () => false,
    );
    const size = exists ? (await stat(path)).size : 0;
    const state = { size, synced: size, isNameSynced: exists, isRemoved: false };
    states.set(path, state);
    return state;
  };
  const syncFolder = async (dir: string): Promise<void> => {
    for (const [path, state] of states) {
      if (dirname(path) !== dir) continue;
      state.isNameSynced = true;
      if (state.renamedFrom !== undefined) await rm(path + replaced, { force: true });
      delete state.renamedFrom;
      if (!state.isRemoved) continue;
      states.delete(path);
      await rm(path + hidden, { force: true });
    }
  };
  const openFile = async (path: string, check: () => void): Promise<LogFile> => {
    const state = await stateOf(path);
    const file = await diskFiles.open(path);
    return {
      append: async (bytes) => {
        check();
        await file.append(bytes);
        state.size += bytes.length;
      },
      truncate: async (length) => {
        check();
        await file.truncate(length);
        state.size = length;
        state.synced = Math.min(state.synced, length);
      },
      datasync: async () => {
        check();
        state.synced = state.size;
      },
      close: () => file.close(),
    };
  };
  return {
    next: () => {
      const self = ++alive;
      const check = (): void => {
        if (self !== alive) throw new Error("this process is dead");
      };
      return {
        open: async (path) => {
          check();
          return openFile(path, check);
        },
        remove: async (path) => {
          check();
          (await stateOf(path)).isRemoved = true;
          await rename(path, path + hidden);
        },
        rename: async (from, to) => {
          check();
          const state = await stateOf(from);
          await rename(to, to + replaced);
          await rename(from, to);
          states.delete(from);
          states.set(to, { ...state, isNameSynced: true, renamedFrom: from });
        },
        syncFolder: async (dir) => {
          check();
          await syncFolder(dir);
        },
      };
    },
    kill: () => {
      alive++;
    },
    cutPower: async (fraction) => {
      alive++;
      for (const [path, state] of states) {
        if (state.isRemoved) await rename(path + hidden, path).catch(() => undefined);
        // What was replaced comes back whole: what it held of that only in memory is kept, which a test cannot count on.
        if (state.renamedFrom !== undefined) await rename(path + replaced, path);
        else if (!state.isNameSynced) await rm(path, { force: true });
        else await truncate(path, state.synced + Math.floor(fraction() * (state.size - state.synced)));
      }
      states.clear();
    },
  };
}
