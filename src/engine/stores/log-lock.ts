import { link, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DynoError } from "../../base/errors.ts";

const held = new Set<string>();

/**
 * Makes this process the owner of a folder, by a file that names it, and gives the function that lets go.
 * A file whose process is gone is taken over. Throws a DynoError `conflict` where another owner lives.
 */
export async function lockFolder(dir: string): Promise<() => Promise<void>> {
  const path = join(dir, "owner");
  for (let attempt = 0; ; attempt++) {
    if (await tryLock(path)) break;
    const owner = await readOwner(path);
    const alive =
      owner !== undefined &&
      (owner.pid === process.pid ? held.has(path) : (await startOf(owner.pid)) === owner.start);
    if (alive || attempt > 2) {
      throw new DynoError(
        "conflict",
        `${dir} is in use by process ${owner?.pid ?? "unknown"}; a log has one owner at a time`,
      );
    }
    await rm(path, { force: true });
  }
  held.add(path);
  return async () => {
    held.delete(path);
    await rm(path, { force: true });
  };
}

async function tryLock(path: string): Promise<boolean> {
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, `${process.pid} ${await startOf(process.pid)}\n`);
  try {
    // A link appears with its content, or not at all.
    await link(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

async function readOwner(path: string): Promise<{ pid: number; start: string } | undefined> {
  const text = await readFile(path, "utf8").catch(() => "");
  const [pid, start] = text.trim().split(" ");
  return pid === undefined || pid === "" ? undefined : { pid: Number(pid), start: start ?? "" };
}

/**
 * When a process began, as Linux counts it, so that a number used again is not taken for the old process;
 * elsewhere `alive`, and undefined where there is no such process.
 */
async function startOf(pid: number): Promise<string | undefined> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return undefined;
  }
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  // Field 22, counted after the command name in parentheses, which may hold spaces.
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "alive";
}
