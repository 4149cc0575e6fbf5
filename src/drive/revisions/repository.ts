import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { DynoError } from "../../base/errors.ts";
import { environmentOfChild, type Variables } from "./child-environment.ts";

/** A git repository with a working tree. */
export interface Repository {
  /** The top folder of the working tree. */
  readonly root: string;
  /** From there to the folder that was asked for; empty where it is the same. */
  readonly subfolder: string;
  /** Whether only the newest commits are here. */
  readonly isShallow: boolean;
  /** Environment of what is started for it. */
  readonly env: Readonly<Record<string, string>>;
  /** Runs git in the top folder, without hooks, and gives what it printed. Rejects with a DynoError, `setup` or `aborted`. */
  git(args: readonly string[], options?: GitOptions): Promise<string>;
}

/** How to run git once. */
export interface GitOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

const run = promisify(execFile);

/** No hook of the user's may run, nor a daemon be started, for a folder that lives for minutes. */
const quiet = [
  "-c",
  "core.hooksPath=/dev/null",
  "-c",
  "core.fsmonitor=false",
  "-c",
  "advice.detachedHead=false",
];

/** English, so that it can be read here; never a question; never a lock only to keep notes. */
const gitVariables = { LC_ALL: "C", GIT_TERMINAL_PROMPT: "0", GIT_OPTIONAL_LOCKS: "0" };

/**
 * Opens the repository that a folder lies in. Throws a DynoError: `setup` where git is not installed, `usage` where the
 * folder is in no working tree.
 */
export async function openRepository(cwd: string, env: Variables): Promise<Repository> {
  const childEnv = environmentOfChild(env);
  const git = gitIn(cwd, childEnv);
  const asked = ["rev-parse", "--is-shallow-repository", "--show-toplevel", "--show-prefix"];
  const printed = await git(asked).catch((thrown: DynoError) => {
    throw notARepository(cwd, thrown);
  });
  const [shallow, root = cwd, prefix = ""] = printed.split("\n");
  return {
    root,
    subfolder: prefix.replace(/\/$/, ""),
    isShallow: shallow === "true",
    env: childEnv,
    git: gitIn(root, childEnv),
  };
}

function gitIn(cwd: string, env: Readonly<Record<string, string>>): Repository["git"] {
  return async (args, { env: more, signal } = {}) => {
    try {
      const { stdout } = await run("git", [...quiet, ...args], {
        cwd,
        env: { ...env, ...gitVariables, ...more },
        maxBuffer: 256_000_000,
        ...(signal ? { signal } : {}),
      });
      return stdout;
    } catch (thrown) {
      const what = `git ${args.slice(0, 2).join(" ")}`;
      if (signal?.aborted) throw new DynoError("aborted", `stopped during ${what}`, { cause: thrown });
      throw failed(`${what} failed in ${cwd}`, thrown as GitFailure);
    }
  };
}

/** Git did not start, or ended with another code than 0. */
interface GitFailure extends Error {
  readonly code: number | string;
  readonly stderr: string;
}

function failed(what: string, cause: GitFailure): DynoError {
  if (cause.code === "ENOENT") {
    return new DynoError("setup", "git is not installed (or not on the PATH), and revisions need it", {
      cause,
    });
  }
  const said = (cause.stderr.trim().split("\n")[0] || cause.message).replace(/^(fatal|error): /, "");
  return new DynoError("setup", `${what}: ${said}`, { cause });
}

function notARepository(cwd: string, thrown: DynoError): DynoError {
  const { code, stderr } = thrown.cause as GitFailure;
  if (code === "ENOENT") return thrown;
  if (!stderr.includes("not a git repository"))
    return new DynoError("usage", thrown.message, { cause: thrown });
  return new DynoError("usage", `${cwd} is in no git repository; run dyno where the revisions are`, {
    cause: thrown,
  });
}

/** The folder in a checkout at `root` that matches the one that was asked for. */
export function folderIn(repository: Repository, root: string): string {
  return join(root, repository.subfolder);
}
