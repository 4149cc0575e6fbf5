import { existsSync } from "node:fs";
import { closeAll } from "../../base/async.ts";
import { systemClock } from "../../base/clock.ts";
import { DynoError, messageOf } from "../../base/errors.ts";
import { type PlannedStep, type Prepare, type PreparePlan, planPreparation } from "./prepare-plan.ts";
import { folderIn, type Repository } from "./repository.ts";
import type { Revision } from "./revision.ts";
import { runShellStep } from "./shell-step.ts";
import { addWorktree, removeStaleWorktrees, type Worktree } from "./worktree.ts";

/** A revision and what it is called in messages: `base`, `head`. */
export interface NamedRevision {
  readonly name: string;
  readonly revision: Revision;
}

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

/** One checkout on its way. */
interface Checkout extends NamedRevision {
  readonly root: string;
  readonly dir: string;
  readonly plan: PreparePlan;
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
      checkouts.set(named.revision.commit, await readCheckout(named, worktree, options));
    }
    for (const checkout of checkouts.values()) await install(checkout, options);
    for (const checkout of checkouts.values()) await build(checkout, options);
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

async function readCheckout(
  { name, revision }: NamedRevision,
  { root }: Worktree,
  { repository, prepare, onNote }: OpenRevisionsOptions,
): Promise<Checkout> {
  const dir = folderIn(repository, root);
  if (!existsSync(dir)) {
    throw new DynoError("setup", `${called({ name, revision })} has no folder ${repository.subfolder}`);
  }
  const submodules = await listSubmodules(repository, revision);
  if (submodules.length > 0) {
    onNote(
      `${called({ name, revision })} has submodules that are not checked out (${submodules.join(", ")}); where its build needs them, let its install command begin with git submodule update --init`,
    );
  }
  try {
    return { name, revision, root, dir, plan: await planPreparation(root, dir, prepare) };
  } catch (cause) {
    throw new DynoError("setup", `${called({ name, revision })} cannot be installed: ${messageOf(cause)}`, {
      cause,
    });
  }
}

async function listSubmodules(repository: Repository, { commit }: Revision): Promise<string[]> {
  const listed = await repository.git(["ls-tree", "-r", "-z", "--full-tree", commit]);
  return listed
    .split("\0")
    .filter((line) => line.startsWith("160000 "))
    .map((line) => line.slice(line.indexOf("\t") + 1));
}

async function install(checkout: Checkout, options: OpenRevisionsOptions): Promise<void> {
  const step = checkout.plan.install;
  if (step !== undefined) await runStep(checkout, step, { did: "installed", doesNot: "install" }, options);
}

async function build(checkout: Checkout, options: OpenRevisionsOptions): Promise<void> {
  const step = checkout.plan.build;
  if (step !== undefined) await runStep(checkout, step, { did: "built", doesNot: "build" }, options);
}

/** Installers that set hooks up would write them into the configuration that all worktrees share. */
const noHooks = { HUSKY: "0", SKIP_INSTALL_SIMPLE_GIT_HOOKS: "1" };

async function runStep(
  checkout: Checkout,
  { command, dir }: PlannedStep,
  words: { readonly did: string; readonly doesNot: string },
  { repository, signal, onNote }: OpenRevisionsOptions,
): Promise<void> {
  const startMicros = systemClock.nowMicros();
  const { failure, output } = await runShellStep({
    command,
    dir,
    env: { ...repository.env, ...noHooks },
    signal,
  });
  if (failure === undefined) {
    const seconds = ((systemClock.nowMicros() - startMicros) / 1e6).toFixed(1);
    onNote(`${called(checkout)}: ${words.did} with \`${command}\` in ${seconds} s`);
    return;
  }
  const wrote = output.length === 0 ? ", and wrote nothing" : "; it wrote:";
  throw new DynoError(
    "setup",
    [
      `${called(checkout)} does not ${words.doesNot}: \`${command}\` ended with ${failure} in a checkout of its own${wrote}`,
      ...output.map((line) => `  ${line}`),
    ].join("\n"),
  );
}

const called = ({ name, revision }: NamedRevision): string => `the ${name} revision ${revision.short}`;
