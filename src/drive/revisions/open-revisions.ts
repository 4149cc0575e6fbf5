import { closeAll } from "../../base/async.ts";
import { type Checkout, type NamedRevision, readCheckout } from "./checkout.ts";
import { prepareCheckouts } from "./prepare-checkouts.ts";
import type { Prepare } from "./prepare-plan.ts";
import type { Repository } from "./repository.ts";
import { addWorktree, removeStaleWorktrees, type Worktree } from "./worktree.ts";

/** What to make ready, and how. */
export interface OpenRevisionsOptions {
  readonly repository: Repository;
  readonly revisions: readonly NamedRevision[];
  /** Folder for the checkouts. Outside of the repository, or Node would find the packages of the one around. */
  readonly parentDir: string;
  readonly prepare: Prepare;
  readonly signal: AbortSignal;
  /** Hears what was done and how long it took, and what may be missing. */
  readonly onNote: (text: string) => void;
}

/** A revision in a folder of its own, installed and built. */
export interface RevisionFolder extends NamedRevision {
  /** The same subfolder of the repository that dyno was started in. */
  readonly dir: string;
  /** Hash of its lock file, where it has one. */
  readonly lockHash?: string;
}

/** Revisions that are ready to run. */
export interface OpenRevisions {
  /** In the order that they were asked for; the same commit shares one folder. */
  readonly folders: readonly RevisionFolder[];
  /** Removes all folders and git's notes of them. */
  close(): Promise<void>;
}

/**
 * Checks revisions out into temporary worktrees and installs and builds each there, with its own lock file, one after
 * the other. Removes first what earlier processes left. Throws a DynoError, when all is removed again: `setup` where a
 * revision does not install or build, with what the command wrote, or `aborted`.
 */
export async function openRevisions(options: OpenRevisionsOptions): Promise<OpenRevisions> {
  const { repository, revisions, parentDir } = options;
  const worktrees: Worktree[] = [];
  const close = (): Promise<void> => closeAll(worktrees.map(({ remove }) => remove));
  try {
    await removeStaleWorktrees(repository, parentDir);
    const checkouts = new Map<string, Checkout>();
    for (const named of revisions) {
      if (checkouts.has(named.revision.commit)) continue;
      const worktree = await addWorktree(repository, named.revision, options);
      worktrees.push(worktree);
      checkouts.set(named.revision.commit, await readCheckout(named, worktree.root, options));
    }
    await prepareCheckouts([...checkouts.values()], options);
    return {
      folders: revisions.flatMap((named) => folderOf(named, checkouts.get(named.revision.commit))),
      close,
    };
  } catch (thrown) {
    await close().catch(() => undefined);
    throw thrown;
  }
}

function folderOf({ name, revision }: NamedRevision, checkout: Checkout | undefined): RevisionFolder[] {
  if (checkout === undefined) return [];
  const { dir, plan } = checkout;
  return [{ name, revision, dir, ...(plan.lockHash === undefined ? {} : { lockHash: plan.lockHash }) }];
}
