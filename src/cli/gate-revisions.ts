import { dirname, resolve } from "node:path";
import { DynoError } from "../base/errors.ts";
import { openRepository, type Repository } from "../drive/revisions/repository.ts";
import { mergeBase, type Revision, resolveRevision } from "../drive/revisions/revision.ts";
import { readTreeState, snapshotOfChanges } from "../drive/revisions/tree-state.ts";
import { compareScenario, type NamedSide } from "./compare-scenario.ts";
import { type ComparedMember, type GateOptions, type GateOutput, planMember } from "./gate-plan.ts";
import type { Io } from "./io.ts";
import type { SuiteMember } from "./read-suite.ts";
import { type Checkout, describeRevision, openCheckouts } from "./revision-sides.ts";

/** Compares this revision with another: both are checked out, installed, built and measured here, in turn. */
export async function gateRevisions(
  members: readonly SuiteMember[],
  ref: string,
  options: GateOptions,
  io: Io,
): Promise<GateOutput> {
  const repository = await openRepository(io.cwd, io.env);
  const head = await headRevision(repository, options);
  const wanted = await resolveRevision(repository, ref);
  const base = await mergeBase(repository, wanted, head);
  const revisions = [
    { name: "base", revision: base ?? wanted },
    { name: "head", revision: head },
  ];
  const prepare = members[0]?.suite?.prepare ?? {};
  const { checkouts, close } = await openCheckouts(repository, revisions, prepare, io);
  try {
    const [baseSide, headSide] = checkouts;
    if (baseSide === undefined || headSide === undefined)
      throw new DynoError("internal", "a checkout is missing");
    const compared: ComparedMember[] = [];
    for (const member of members) {
      if (io.signal.aborted) break;
      const base = sideOf(member, baseSide, "base", io);
      const head = sideOf(member, headSide, "head", io);
      compared.push(await compareScenario(base, head, planMember(member, members.length, options), io));
    }
    return { compared, warnings: base === undefined ? [noMergeBase(ref)] : [] };
  } finally {
    await close();
  }
}

function noMergeBase(ref: string): string {
  return `git knows no commit that ${ref} and HEAD share, as in a shallow clone; ${ref} itself is the base`;
}

/** What is measured as the head: the commit, or with `--dirty` the working tree's tracked files as they are. */
async function headRevision(repository: Repository, { dirty }: GateOptions): Promise<Revision> {
  const head = await resolveRevision(repository, "HEAD");
  const changed = (await readTreeState(repository)).dirty;
  if (changed.length === 0) return head;
  if (dirty === true) return (await snapshotOfChanges(repository)) ?? head;
  const others = changed.length > 1 ? ` and ${changed.length - 1} more` : "";
  throw new DynoError(
    "usage",
    `the working tree has changes that no commit holds (${changed[0]}${others}); commit or stash them, or measure them as they are with --dirty`,
  );
}

/** Both sides get the head's scenario; files that it names are each revision's own. */
function sideOf({ scenario }: SuiteMember, checkout: Checkout, name: string, io: Io): NamedSide {
  return {
    scenario,
    program: checkout.program,
    scenarioDir: checkout.folderOf(dirname(resolve(io.cwd, scenario.file))),
    info: { name, description: describeRevision(checkout.revision) },
  };
}
