import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { DynoError, messageOf } from "./errors.ts";

let drafts = 0;

/** Writes a file so that a reader finds the old one or the new one, never half of it; makes its folder. */
export async function writeWhole(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  // Also two writers in one process have a draft each.
  const draft = `${path}.${process.pid}-${++drafts}.tmp`;
  await writeFile(draft, text);
  await rename(draft, path);
}

/**
 * As `writeWhole`, for a file that the user wants: throws a DynoError `usage` of one line where it cannot be written.
 * `file` is what that line calls it, and `mend` what to do.
 */
export async function writeWanted(path: string, text: string, file: string, mend: string): Promise<void> {
  try {
    await writeWhole(path, text);
  } catch (cause) {
    throw new DynoError("usage", `${file} could not be written: ${messageOf(cause)}; ${mend}`, { cause });
  }
}
