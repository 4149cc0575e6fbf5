import { readFileSync } from "node:fs";
import { open, readFile, rm } from "node:fs/promises";
import { DynoError, messageOf } from "../../base/errors.ts";

/** Lets the journal go. */
export type Unlock = () => Promise<void>;

/**
 * Keeps a journal for this process by a file beside it that holds its process id: two that measure at once would disturb
 * each other, and mix their lines. One that was left by a process that is dead is taken over. Throws a DynoError `usage`
 * where another process has it; `file` is what messages call the journal.
 */
export async function lockJournal(path: string, file: string): Promise<Unlock> {
  const lock = `${path}.lock`;
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      const handle = await open(lock, "wx");
      await handle.writeFile(String(process.pid));
      await handle.close();
      return () => rm(lock, { force: true });
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== "EEXIST") {
        throw new DynoError("usage", `the journal ${file} cannot be written: ${messageOf(cause)}`, { cause });
      }
      const owner = Number(await readFile(lock, "utf8").catch(() => ""));
      if (isAlive(owner)) {
        throw new DynoError(
          "usage",
          `the journal ${file} is being written by process ${owner}; wait for it, or stop it`,
        );
      }
      await rm(lock, { force: true });
    }
  }
  throw new DynoError(
    "usage",
    `the journal ${file} is being written by another process; wait for it, or stop it`,
  );
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Whether it was killed and its parent has not asked after it yet: it answers to its id, and writes no more. Linux. */
function isZombie(pid: number): boolean {
  try {
    // The name in parentheses may hold anything; the state comes after the last of them.
    return /^.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}
