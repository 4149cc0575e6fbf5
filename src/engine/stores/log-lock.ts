import { link, readFile, realpath, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { threadId } from "node:worker_threads";
import { DynoError } from "../../base/errors.ts";

let names = 0;

/** A name beside the lock that no other process, thread or call uses. */
function besides(path: string): string {
  return `${path}.${process.pid}.${threadId}.${names++}`;
}

/**
 * Makes this process the owner of a folder, by a file that names it, and gives the function that lets go.
 * A file whose process is gone is taken over. Throws a DynoError `conflict` where another owner lives, be it in
 * this process.
 */
export async function lockFolder(dir: string): Promise<() => Promise<void>> {
  const path = join(await realpath(dir), "owner");
  const self = `${process.pid} ${await startOf(process.pid)}\n`;
  for (let attempt = 0; attempt < 5; attempt++) {
    if (await tryLock(path, self)) return () => rm(path, { force: true });
    const owner = await readOwner(path);
    if (await isAlive(owner)) throw inUse(dir, owner);
    await removeStale(path, owner);
  }
  throw inUse(dir, await readOwner(path));
}

async function tryLock(path: string, self: string): Promise<boolean> {
  const draft = besides(path);
  await writeFile(draft, self);
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

/** The text of the owner's file: its process number and when that began; empty where there is none. */
function readOwner(path: string): Promise<string> {
  return readFile(path, "utf8").catch(() => "");
}

async function isAlive(owner: string): Promise<boolean> {
  const [pid, start] = owner.trim().split(" ");
  return Number(pid) > 0 && (await startOf(Number(pid))) === start;
}

/**
 * Moves the file aside before it is removed: of several that find it stale one gets it, and who gets a newer
 * owner's file instead puts it back.
 */
async function removeStale(path: string, owner: string): Promise<void> {
  const aside = besides(path);
  try {
    await rename(path, aside);
    if ((await readOwner(aside)) !== owner) await link(aside, path);
  } catch (error) {
    if (!["ENOENT", "EEXIST"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  } finally {
    await rm(aside, { force: true });
  }
}

function inUse(dir: string, owner: string): DynoError {
  const pid = owner.split(" ")[0] || "unknown";
  return new DynoError("conflict", `${dir} is in use by process ${pid}; a log has one owner at a time`);
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
