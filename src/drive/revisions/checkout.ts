import { existsSync } from "node:fs";
import { DynoError, messageOf } from "../../base/errors.ts";
import { type Prepare, type PreparePlan, planPreparation } from "./prepare-plan.ts";
import { folderIn, type Repository } from "./repository.ts";
import type { Revision } from "./revision.ts";

/** A revision and what it is called in messages: `base`, `head`. */
export interface NamedRevision {
  readonly name: string;
  readonly revision: Revision;
}

/** A revision whose files lie there, and what is to be done with them. */
export interface Checkout extends NamedRevision {
  readonly dir: string;
  readonly plan: PreparePlan;
}

/** Looks at a checkout. Throws a DynoError `setup` where it lacks the subfolder or its package.json is no JSON. */
export async function readCheckout(
  named: NamedRevision,
  root: string,
  options: {
    readonly repository: Repository;
    readonly prepare: Prepare;
    readonly onNote: (text: string) => void;
  },
): Promise<Checkout> {
  const { repository, prepare, onNote } = options;
  const dir = folderIn(repository, root);
  if (!existsSync(dir)) {
    throw new DynoError("setup", `${called(named)} has no folder ${repository.subfolder}`);
  }
  const submodules = await listSubmodules(repository, named.revision);
  if (submodules.length > 0) {
    onNote(
      `${called(named)} has submodules that are not checked out (${submodules.join(", ")}); where its build needs them, let its install command begin with git submodule update --init`,
    );
  }
  try {
    return { ...named, dir, plan: await planPreparation(root, dir, prepare) };
  } catch (cause) {
    throw new DynoError("setup", `${called(named)} cannot be installed: ${messageOf(cause)}`, { cause });
  }
}

async function listSubmodules(repository: Repository, { commit }: Revision): Promise<string[]> {
  const listed = await repository.git(["ls-tree", "-r", "-z", "--full-tree", commit]);
  return listed
    .split("\0")
    .filter((line) => line.startsWith("160000 "))
    .map((line) => line.slice(line.indexOf("\t") + 1));
}

/** How a message begins that is about a revision. */
export const called = ({ name, revision }: NamedRevision): string => `the ${name} revision ${revision.short}`;
