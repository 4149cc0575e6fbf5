import { DynoError } from "../../base/errors.ts";
import { nearestWord } from "../../base/suggest.ts";
import type { Repository } from "./repository.ts";

/** One commit. */
export interface Revision {
  /** As it was asked for: a branch, a tag, a commit. */
  readonly ref: string;
  /** The whole id. */
  readonly commit: string;
  /** Its first ten characters. */
  readonly short: string;
  /** The first line of its message. */
  readonly subject: string;
  /** Id of its files: two commits with the same tree hold the same. */
  readonly tree: string;
}

/** Finds the commit that a ref names. Throws a DynoError `usage` where there is none, with what may have been meant. */
export async function resolveRevision(repository: Repository, ref: string): Promise<Revision> {
  const found = await repository
    .git(["rev-parse", "--verify", "--quiet", "--end-of-options", `${ref}^{commit}`])
    .catch(() => undefined);
  if (found === undefined || ref === "") throw await unknownRef(repository, ref);
  return describeCommit(repository, ref, found.trim());
}

/**
 * The newest commit that both hold, where the head has left the base's line; undefined where git knows none, as in a
 * shallow clone.
 */
export async function mergeBase(
  repository: Repository,
  base: Revision,
  head: Revision,
): Promise<Revision | undefined> {
  const found = await repository.git(["merge-base", base.commit, head.commit]).catch(() => undefined);
  return found === undefined
    ? undefined
    : describeCommit(repository, found.trim().slice(0, 10), found.trim());
}

/** Reads a commit that is known to be there. */
export async function describeCommit(repository: Repository, ref: string, commit: string): Promise<Revision> {
  const printed = await repository.git([
    "show",
    "--no-patch",
    "--no-show-signature",
    "--format=%T%n%s",
    commit,
  ]);
  const [tree = "", subject = ""] = printed.split("\n");
  return { ref, commit, short: commit.slice(0, 10), subject, tree };
}

async function unknownRef(repository: Repository, ref: string): Promise<DynoError> {
  const what = `there is no revision ${JSON.stringify(ref)} in ${repository.root}`;
  const meant = await nearRef(repository, ref);
  if (meant !== undefined) return new DynoError("usage", `${what}; did you mean ${meant}?`);
  if (repository.isShallow) {
    return new DynoError(
      "usage",
      `${what}, which is a shallow clone: fetch the rest with \`git fetch --unshallow\` (in GitHub Actions, give actions/checkout fetch-depth: 0)`,
    );
  }
  return new DynoError(
    "usage",
    `${what}; name a branch, a tag or a commit (\`git branch --all\` lists branches)`,
  );
}

/** A branch that only the remote has comes before a word that is spelt alike. */
async function nearRef(repository: Repository, ref: string): Promise<string | undefined> {
  if (ref === "") return undefined;
  const listed = await repository.git(["for-each-ref", "--format=%(refname:lstrip=2)"]).catch(() => "");
  const known = listed.split("\n").filter((name) => name !== "" && !name.endsWith("/HEAD"));
  return known.find((name) => name.endsWith(`/${ref}`)) ?? nearestWord(ref, known);
}
