import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { DynoError } from "../../base/errors.ts";
import type { Repository } from "./repository.ts";
import { describeCommit, type Revision } from "./revision.ts";

/** How the working tree differs from its commit. Paths are from the top folder. */
export interface TreeState {
  /** Tracked files with changes, staged or not. */
  readonly dirty: readonly string[];
  /** Files (and folders) that git neither tracks nor ignores; no snapshot holds them. */
  readonly untracked: readonly string[];
}

/** Reads what is changed in the working tree. Changes inside of submodules are not looked for. */
export async function readTreeState(repository: Repository): Promise<TreeState> {
  const printed = await repository.git([
    "status",
    "--porcelain=v1",
    "-z",
    "--no-renames",
    "--ignore-submodules=dirty",
    "--untracked-files=normal",
  ]);
  const entries = printed.split("\0").filter((entry) => entry !== "");
  const pathsOf = (wanted: boolean): string[] =>
    entries.filter((entry) => entry.startsWith("??") === wanted).map((entry) => entry.slice(3));
  return { dirty: pathsOf(false), untracked: pathsOf(true) };
}

/**
 * Makes a commit of HEAD with the changes of all tracked files, which no branch leads to; undefined where nothing is
 * changed. Neither the index nor a file nor a ref is touched. The same changes on the same HEAD give the same commit.
 * Throws a DynoError `usage` in the middle of a merge.
 */
export async function snapshotOfChanges(repository: Repository): Promise<Revision | undefined> {
  await refuseConflicts(repository);
  const dir = await mkdtemp(join(tmpdir(), "dyno-index-"));
  try {
    const index = join(dir, "index");
    const own = (await repository.git(["rev-parse", "--git-path", "index"])).trim();
    await copyFile(resolve(repository.root, own), index);
    const env = { GIT_INDEX_FILE: index };
    await repository.git(["add", "--update"], { env });
    const tree = (await repository.git(["write-tree"], { env })).trim();
    const head = (await repository.git(["rev-parse", "HEAD", "HEAD^{tree}"])).trim().split("\n");
    return tree === head[1] ? undefined : await commitTree(repository, tree);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function refuseConflicts(repository: Repository): Promise<void> {
  const printed = await repository.git(["diff", "--name-only", "--diff-filter=U", "-z"]);
  const files = printed.split("\0").filter((file) => file !== "");
  if (files.length === 0) return;
  throw new DynoError(
    "usage",
    `the working tree has files with conflicts (${files.join(", ")}), which cannot be built; finish the merge first`,
  );
}

/** With HEAD's own date and nobody's name, so that the id depends on nothing but the changes. */
async function commitTree(repository: Repository, tree: string): Promise<Revision> {
  const [short = "", date = ""] = (
    await repository.git([
      "show",
      "--no-patch",
      "--no-show-signature",
      "--format=%h %ct",
      "--abbrev=10",
      "HEAD",
    ])
  )
    .trim()
    .split(" ");
  const who = { name: "dyno", email: "dyno@localhost", date: `@${date} +0000` };
  const env = Object.fromEntries(
    ["AUTHOR", "COMMITTER"].flatMap((role) =>
      Object.entries(who).map(([what, value]) => [`GIT_${role}_${what.toUpperCase()}`, value]),
    ),
  );
  const args = ["commit-tree", "--no-gpg-sign", "-p", "HEAD", "-m", `uncommitted changes on ${short}`, tree];
  const commit = (await repository.git(args, { env })).trim();
  return describeCommit(repository, "uncommitted changes", commit);
}
