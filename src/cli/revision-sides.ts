import { existsSync, realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { isAbsolute, join, relative } from "node:path";
import { DynoError, messageOf } from "../base/errors.ts";
import { environmentOfChild } from "../drive/revisions/child-environment.ts";
import { openRevisions, type RevisionFolder } from "../drive/revisions/open-revisions.ts";
import type { Prepare } from "../drive/revisions/prepare-plan.ts";
import { openRepository, type Repository } from "../drive/revisions/repository.ts";
import { type Revision, resolveRevision } from "../drive/revisions/revision.ts";
import { ownProgram } from "../drive/twin/pair-bench.ts";
import type { TwinProgram } from "../drive/twin/twin-process.ts";
import type { Override } from "../scenario/overrides.ts";
import type { Io } from "./io.ts";

/** A variant that is wanted: settings, and perhaps a revision. */
export interface SideWish {
  readonly name: string;
  readonly overrides: readonly Override[];
  readonly ref?: string;
}

/** A revision that is ready to be measured. */
export interface Checkout {
  readonly revision: Revision;
  readonly program: TwinProgram;
  /** The folder in the checkout that stands for one in the working tree; that one itself where it is not in the checkout. */
  folderOf(dir: string): string;
}

/** Checkouts of all wishes that name a revision, in their order. */
export interface Checkouts {
  readonly sides: readonly (Checkout | undefined)[];
  readonly warnings: readonly string[];
  close(): Promise<void>;
}

const noCheckouts: Checkouts = { sides: [], warnings: [], close: async () => undefined };

/** Checks out, installs and builds the revisions that variants name. Throws a DynoError where one cannot be had. */
export async function openSides(wishes: readonly SideWish[], prepare: Prepare, io: Io): Promise<Checkouts> {
  if (wishes.every(({ ref }) => ref === undefined)) return noCheckouts;
  const repository = await openRepository(io.cwd, io.env);
  const named: { name: string; revision: Revision }[] = [];
  for (const { name, ref } of wishes) {
    if (ref !== undefined) named.push({ name, revision: await resolveRevision(repository, ref) });
  }
  const { checkouts, close } = await openCheckouts(repository, named, prepare, io);
  const rest = [...checkouts];
  return {
    sides: wishes.map(({ ref }) => (ref === undefined ? undefined : rest.shift())),
    warnings: [],
    close,
  };
}

/** Makes revisions ready to be measured, each with its own install and build. */
export async function openCheckouts(
  repository: Repository,
  revisions: readonly { readonly name: string; readonly revision: Revision }[],
  prepare: Prepare,
  io: Io,
): Promise<{ readonly checkouts: readonly Checkout[]; close(): Promise<void> }> {
  const isInside = isInsideOf(repository.root);
  const { entry } = ownProgram(io.cwd, io.env);
  if (!isInside(entry)) {
    throw new DynoError(
      "usage",
      `this dyno (${entry}) is not part of the repository ${repository.root}, so it would measure both revisions with one and the same engine; run the one that the project builds or installs (npx dyno)`,
    );
  }
  const opened = await openRevisions({
    repository,
    revisions,
    parentDir: realpathSync(tmpdir()),
    prepare,
    signal: io.signal,
    onNote: (text) => io.stderr.write(`${text}\n`),
  });
  try {
    const checkouts = opened.folders.map((folder) => checkoutOf(repository, folder, io));
    return { checkouts, close: () => closeWithNote(opened.close, io) };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

function isInsideOf(root: string): (path: string) => boolean {
  return (path) => {
    const way = relative(root, path);
    return !way.startsWith("..") && !isAbsolute(way);
  };
}

/** What was measured stands, though a folder cannot be removed. */
async function closeWithNote(close: () => Promise<void>, io: Io): Promise<void> {
  try {
    await close();
  } catch (error) {
    io.stderr.write(`dyno: a checkout could not be removed: ${messageOf(error)}\n`);
  }
}

function checkoutOf(repository: Repository, folder: RevisionFolder, io: Io): Checkout {
  const here = join(repository.root, repository.subfolder);
  const isInside = isInsideOf(repository.root);
  const inCheckout = (path: string): string => join(folder.dir, relative(here, path));
  const entry = inCheckout(ownProgram(io.cwd, io.env).entry);
  if (!existsSync(entry)) {
    throw new DynoError(
      "setup",
      `${folder.name} (${folder.revision.short}) has no ${relative(folder.dir, entry)} after its build: its dyno is older than comparisons of revisions, or its build makes something else; choose a later revision, or say how it is built with \`prepare\` in the suite`,
    );
  }
  return {
    revision: folder.revision,
    program: { entry, cwd: folder.dir, env: environmentOfChild(io.env) },
    folderOf: (dir) => {
      const there = isInside(dir) ? inCheckout(dir) : dir;
      return existsSync(there) ? there : dir;
    },
  };
}

/** A revision in words: its id, what it was asked for by, and its subject. */
export function describeRevision({ short, ref, subject }: Revision): string {
  const named = ref.startsWith(short) || short.startsWith(ref) ? "" : ` (${ref})`;
  return `commit ${short}${named}: ${subject}`;
}
