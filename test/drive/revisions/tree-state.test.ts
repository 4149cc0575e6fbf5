import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readTreeState, snapshotOfChanges } from "../../../src/drive/revisions/tree-state.ts";
import { scratchRepository } from "../../support/scratch-repository.ts";

test("tracked changes are told apart from files that git does not know", async () => {
  const { git, commit, write, open } = await scratchRepository();
  commit({ "a b": "1", c: "1", d: "1", ".gitignore": "ignored\n" });
  write({ "a b": "2", ignored: "1", new: "1", e: "1", "x/y": "1" });
  git("add", "e");
  git("mv", "c", "moved");
  expect(await readTreeState(await open())).toEqual({
    dirty: ["a b", "c", "e", "moved"],
    untracked: ["new", "x/"],
  });
});

test("a clean tree has no changes and no snapshot", async () => {
  const { commit, open } = await scratchRepository();
  commit({ a: "1" });
  const repository = await open();
  expect(await readTreeState(repository)).toEqual({ dirty: [], untracked: [] });
  expect(await snapshotOfChanges(repository)).toBeUndefined();
});

test("a snapshot is a commit of all tracked changes, which leaves tree, index, refs and stash as they are", async () => {
  const { dir, git, commit, write, open } = await scratchRepository();
  const head = commit({ "p/a": "1", b: "1", gone: "1" });
  write({ "p/a": "2", b: "2", staged: "1", untracked: "1" });
  git("add", "b", "staged");
  write({ b: "3" });
  rmSync(join(dir, "gone"));
  const before = [git("status", "--porcelain"), git("for-each-ref"), readFileSync(join(dir, ".git/index"))];
  const repository = await open("p");
  const snapshot = await snapshotOfChanges(repository);
  expect(snapshot).toMatchObject({
    ref: "uncommitted changes",
    subject: `uncommitted changes on ${head.slice(0, 10)}`,
  });
  const made = snapshot?.commit ?? "";
  expect(git("ls-tree", "-r", "--name-only", made).split("\n")).toEqual(["b", "p/a", "staged"]);
  expect([git("show", `${made}:p/a`), git("show", `${made}:b`)]).toEqual(["2", "3"]);
  expect(git("rev-parse", `${made}^`)).toBe(head);
  expect([git("status", "--porcelain"), git("for-each-ref"), readFileSync(join(dir, ".git/index"))]).toEqual(
    before,
  );
  expect(await snapshotOfChanges(repository)).toEqual(snapshot);
});

test("a tree in the middle of a merge is refused with its conflicts", async () => {
  const { git, commit, open } = await scratchRepository();
  commit({ a: "1" });
  git("switch", "--quiet", "--create", "work");
  commit({ a: "2" });
  git("switch", "--quiet", "main");
  commit({ a: "3" });
  expect(() => git("merge", "work")).toThrow();
  await expect(snapshotOfChanges(await open())).rejects.toMatchObject({
    code: "usage",
    message: "the working tree has files with conflicts (a), which cannot be built; finish the merge first",
  });
});
