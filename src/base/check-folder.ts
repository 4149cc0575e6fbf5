import { existsSync } from "node:fs";
import { access, constants, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { DynoError, messageOf } from "./errors.ts";

/**
 * Makes sure, before long work, that a file can be written into a folder, which may not be there yet; makes nothing.
 * Throws a DynoError `usage` of one line where it cannot; `folder` is what that line calls it, and `mend` what to do.
 */
export async function checkFolder(path: string, folder: string, mend: string): Promise<void> {
  try {
    let there = path;
    while (!existsSync(there)) there = dirname(there);
    if (!(await stat(there)).isDirectory()) throw new Error(`ENOTDIR: not a directory, '${there}'`);
    await access(there, constants.W_OK | constants.X_OK);
  } catch (cause) {
    const what = `nothing can be written into ${folder}: ${messageOf(cause)}`;
    throw new DynoError("usage", `${what}; ${mend}`, { cause });
  }
}
