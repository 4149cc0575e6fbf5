import { execFileSync } from "node:child_process";
import { mkdirSync, realpathSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { openRepository, type Repository } from "../../src/drive/revisions/repository.ts";
import { scratchDir } from "./scratch-dir.ts";

/** A git repository of this test's own. */
export interface ScratchRepository {
  readonly dir: string;
  readonly git: (...args: string[]) => string;
  /** Writes these files; objects become JSON. */
  readonly write: (files: Readonly<Record<string, unknown>>) => void;
  /** Writes these files, commits all there is, and gives the commit. */
  readonly commit: (files: Readonly<Record<string, unknown>>, message?: string) => string;
  readonly open: (subfolder?: string, env?: Readonly<Record<string, string>>) => Promise<Repository>;
}

/** Nobody's own git configuration, and a name for commits. */
export const gitIdentity = {
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_AUTHOR_NAME: "a",
  GIT_AUTHOR_EMAIL: "a@localhost",
  GIT_COMMITTER_NAME: "a",
  GIT_COMMITTER_EMAIL: "a@localhost",
};

/** The environment of this process with nobody's own git configuration in it. */
export const gitEnv = { ...process.env, ...gitIdentity };

/** Runs git in a folder and gives what it printed. */
export function gitIn(dir: string, ...args: string[]): string {
  return execFileSync("git", args, { cwd: dir, env: gitEnv, stdio: "pipe", encoding: "utf8" }).trim();
}

/** A repository with the branch `main` and no commit. */
export async function scratchRepository(): Promise<ScratchRepository> {
  const dir = realpathSync(await scratchDir());
  const git = (...args: string[]): string => gitIn(dir, ...args);
  git("init", "--quiet", "--initial-branch=main");
  const write = (files: Readonly<Record<string, unknown>>): void => {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(dir, name)), { recursive: true });
      writeFileSync(join(dir, name), typeof content === "string" ? content : JSON.stringify(content));
    }
  };
  return {
    dir,
    git,
    write,
    commit: (files, message = "change") => {
      write(files);
      git("add", "--all");
      git("commit", "--quiet", "--allow-empty", "--message", message);
      return git("rev-parse", "HEAD");
    },
    open: (subfolder = "", env = {}) => openRepository(join(dir, subfolder), { ...gitEnv, ...env }),
  };
}
