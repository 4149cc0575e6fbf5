import { link, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { threadId } from "node:worker_threads";
import { DynoError } from "../../base/errors.ts";

const maxAttempts = 20;
let drafts = 0;

/**
 * Makes this process the owner of a folder, and gives the function that lets go. A folder whose owner is gone is
 * taken over. Throws a DynoError `conflict` where another owner lives, be it in this process.
 *
 * Owners are files `owner.1`, `owner.2` …, and the newest counts. Who finds it dead or released links the next
 * number, which only one can, and looks again whether there is a newer one by now. Nobody removes a file that
 * could be a living owner's, as taking over a single file would have to.
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const self = `${process.pid} ${await startOf(process.pid)}\n`;
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const newest = (await listOwners(folder)).at(-1) ?? 0;
    const owner = await readOwner(folder, newest);
    if (await isAlive(owner)) throw inUse(folder, owner);
    if (await tryBecome(folder, newest + 1, self)) return () => release(folder, newest + 1);
  }
  throw inUse(folder, "");
}

async function tryBecome(folder: string, number: number, self: string): Promise<boolean> {
  if (!(await writeOwner(folder, number, self, link))) return false;
  const owners = await listOwners(folder);
  const isNewest = owners.at(-1) === number;
  const outdated = isNewest ? owners.slice(0, -1) : [number];
  for (const old of outdated) await rm(ownerPath(folder, old), { force: true });
  return isNewest;
}

/** The file stays, so that its number is not taken again by one who has not yet seen it. */
async function release(folder: string, number: number): Promise<void> {
  await writeOwner(folder, number, "released\n", rename);
}

/** Puts a file in place with its content, or not at all; false where a link finds the number taken. */
async function writeOwner(
  folder: string,
  number: number,
  text: string,
  place: (from: string, to: string) => Promise<void>,
): Promise<boolean> {
  const draft = join(folder, `draft.${process.pid}.${threadId}.${drafts++}`);
  await writeFile(draft, text);
  try {
    await place(draft, ownerPath(folder, number));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

function ownerPath(folder: string, number: number): string {
  return join(folder, `owner.${number}`);
}

async function listOwners(folder: string): Promise<number[]> {
  const numbers = (await readdir(folder)).map((name) => /^owner\.(\d+)$/.exec(name)?.[1]);
  return numbers
    .filter((number) => number !== undefined)
    .map(Number)
    .toSorted((a, b) => a - b);
}

/** The owner's process number and when that began; empty where the file is not there, or no longer. */
function readOwner(folder: string, number: number): Promise<string> {
  return readFile(ownerPath(folder, number), "utf8").catch(() => "");
}

async function isAlive(owner: string): Promise<boolean> {
  const [pid, start] = owner.trim().split(" ");
  return Number(pid) > 0 && (await startOf(Number(pid))) === start;
}

function inUse(folder: string, owner: string): DynoError {
  const pid = owner.split(" ")[0] || "unknown";
  return new DynoError("conflict", `${folder} is in use by process ${pid}; a log has one owner at a time`);
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
