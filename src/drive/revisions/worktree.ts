import { mkdtemp, readdir, realpath, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Repository } from "./repository.ts";
import type { Revision } from "./revision.ts";

/** A checkout of one commit beside the user's own. */
export interface Worktree {
  readonly root: string;
  /** Removes the folder, whatever was left in it, and git's note of it. */
  remove(): Promise<void>;
}

/** The name says who owns it, so that what a killed dyno left can be told from what is in use. */
const ownedName = /^dyno-gate-(\d+)-/;

/**
 * Checks a commit out into a new folder in `parentDir`. No hook runs; submodules stay empty. Throws a DynoError: `setup`
 * where git cannot do it, `aborted`.
 */
export async function addWorktree(
  repository: Repository,
  revision: Revision,
  options: { readonly parentDir: string; readonly signal: AbortSignal },
): Promise<Worktree> {
  const { signal } = options;
  const root = await mkdtemp(join(await realpath(options.parentDir), `dyno-gate-${process.pid}-`));
  try {
    await repository.git(["worktree", "add", "--quiet", "--detach", root, revision.commit], { signal });
  } catch (thrown) {
    await removeWorktree(repository, root);
    throw thrown;
  }
  return { root, remove: () => removeWorktree(repository, root) };
}

/** Removes the worktrees of processes that are no more, of this repository and in `parentDir`, as far as it may. */
export async function removeStaleWorktrees(repository: Repository, parentDir: string): Promise<void> {
  const listed = await repository.git(["worktree", "list", "--porcelain"]);
  const noted = [...listed.matchAll(/^worktree (.+)$/gm)].map(([, path = ""]) => path);
  const parent = await realpath(parentDir);
  const lying = (await readdir(parent)).map((name) => join(parent, name));
  for (const path of new Set([...noted, ...lying])) {
    const owner = ownedName.exec(basename(path))?.[1];
    if (owner === undefined || isAlive(Number(owner))) continue;
    // Another user's folder is not ours to remove, and is in nobody's way.
    await removeWorktree(repository, path).catch(() => undefined);
  }
}

/** Of git's notes only the one of this folder goes: `git worktree prune` would drop those of disks that are away, too. */
async function removeWorktree(repository: Repository, root: string): Promise<void> {
  try {
    await rm(root, { recursive: true, force: true, maxRetries: 5 });
  } finally {
    // Fails where git never knew of it, or does no more.
    await repository.git(["worktree", "remove", "--force", "--force", root]).catch(() => undefined);
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === "EPERM";
  }
}
