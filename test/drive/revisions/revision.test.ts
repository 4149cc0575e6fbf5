import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openRepository } from "../../../src/drive/revisions/repository.ts";
import { mergeBase, resolveRevision } from "../../../src/drive/revisions/revision.ts";
import { scratchDir } from "../../support/scratch-dir.ts";
import { gitEnv, gitIn, scratchRepository } from "../../support/scratch-repository.ts";

test("a ref becomes the commit that it names, with its subject and its tree", async () => {
  const { git, commit, open } = await scratchRepository();
  const first = commit({ a: "1" }, "Say a\n\nand more");
  git("tag", "--annotate", "v1", "--message", "one");
  commit({ a: "2" });
  expect(await resolveRevision(await open(), "v1")).toEqual({
    ref: "v1",
    commit: first,
    short: first.slice(0, 10),
    subject: "Say a",
    tree: git("rev-parse", "v1^{tree}"),
  });
});

test.each([
  { ref: "mian", hint: "; did you mean main?" },
  { ref: "feature", hint: "; did you mean origin/feature?" },
  { ref: "v1.0.1", hint: "; did you mean v1.0.0?" },
  { ref: "HEAD~7", hint: "; name a branch, a tag or a commit (`git branch --all` lists branches)" },
  { ref: "--all", hint: "; name a branch, a tag or a commit (`git branch --all` lists branches)" },
  { ref: "", hint: "; name a branch, a tag or a commit (`git branch --all` lists branches)" },
  { ref: "HEAD^{tree}", hint: "; name a branch, a tag or a commit (`git branch --all` lists branches)" },
])("the ref '$ref' that is not there is refused$hint", async ({ ref, hint }) => {
  const { dir, git, commit, open } = await scratchRepository();
  commit({ a: "1" });
  git("tag", "v1.0.0");
  git("update-ref", "refs/remotes/origin/feature", "HEAD");
  await expect(resolveRevision(await open(), ref)).rejects.toMatchObject({
    code: "usage",
    message: `there is no revision ${JSON.stringify(ref)} in ${dir}${hint}`,
  });
});

test("a commit that a shallow clone lacks is refused with how to fetch it", async () => {
  const { dir, git, commit } = await scratchRepository();
  commit({ a: "1" });
  commit({ a: "2" });
  git("clone", "--quiet", "--depth=1", `file://${dir}`, "clone");
  const clone = await openRepository(join(dir, "clone"), gitEnv);
  await expect(resolveRevision(clone, "HEAD~1")).rejects.toMatchObject({
    code: "usage",
    message: `there is no revision "HEAD~1" in ${clone.root}, which is a shallow clone: fetch the rest with \`git fetch --unshallow\` (in GitHub Actions, give actions/checkout fetch-depth: 0)`,
  });
});

test("the merge base is where the head left the base's line", async () => {
  const { git, commit, open } = await scratchRepository();
  const fork = commit({ a: "1" });
  git("switch", "--quiet", "--create", "work");
  commit({ b: "1" });
  git("switch", "--quiet", "main");
  commit({ a: "2" });
  const repository = await open();
  const [base, head] = [await resolveRevision(repository, "main"), await resolveRevision(repository, "work")];
  expect(await mergeBase(repository, base, head)).toMatchObject({ commit: fork, ref: fork.slice(0, 10) });
});

test("there is no merge base of commits that a shallow clone holds without what joins them", async () => {
  const { dir, git, commit } = await scratchRepository();
  commit({ a: "1" });
  git("branch", "work");
  commit({ a: "2" });
  git("switch", "--quiet", "work");
  commit({ b: "1" });
  git("clone", "--quiet", "--depth=1", "--no-single-branch", `file://${dir}`, "clone");
  const clone = await openRepository(join(dir, "clone"), gitEnv);
  const base = await resolveRevision(clone, "origin/main");
  expect(await mergeBase(clone, base, await resolveRevision(clone, "HEAD"))).toBeUndefined();
});

test("a folder that is in no repository is refused in one line", async () => {
  const dir = await scratchDir();
  await expect(openRepository(dir, gitEnv)).rejects.toMatchObject({
    code: "usage",
    message: `${dir} is in no git repository; run dyno where the revisions are`,
  });
});

test("a repository without a working tree is refused with git's reason", async () => {
  const dir = await scratchDir();
  gitIn(dir, "init", "--quiet", "--bare");
  await expect(openRepository(dir, gitEnv)).rejects.toMatchObject({
    code: "usage",
    message: `git rev-parse --is-shallow-repository failed in ${dir}: this operation must be run in a work tree`,
  });
});

test("git that is not installed is told in one line", async () => {
  await expect(openRepository(await scratchDir(), { ...gitEnv, PATH: "/nowhere" })).rejects.toMatchObject({
    code: "setup",
    message: "git is not installed (or not on the PATH), and revisions need it",
  });
});

test("the repository of the folder counts, not the one of a hook that dyno was started from", async () => {
  const [ours, other] = [await scratchRepository(), await scratchRepository()];
  ours.commit({ a: "1" }, "ours");
  other.commit({ a: "1" }, "other");
  writeFileSync(join(ours.dir, "index"), "");
  const env = {
    ...gitEnv,
    GIT_DIR: join(other.dir, ".git"),
    GIT_INDEX_FILE: join(other.dir, ".git", "index"),
  };
  const repository = await openRepository(ours.dir, env);
  expect(await resolveRevision(repository, "HEAD")).toMatchObject({ subject: "ours" });
});
