import { dirname, resolve } from "node:path";
import { DynoError } from "../base/errors.ts";
import type { Prepare } from "../drive/revisions/prepare-plan.ts";
import { openRepository, type Repository } from "../drive/revisions/repository.ts";
import { mergeBase, type Revision, resolveRevision } from "../drive/revisions/revision.ts";
import { readTreeState, snapshotOfChanges } from "../drive/revisions/tree-state.ts";
import { compareScenario, type NamedSide } from "./compare-scenario.ts";
import { compareMembers, type GateOptions, type GateOutput, planMember } from "./gate-plan.ts";
import type { Io } from "./io.ts";
import type { SuiteMember } from "./read-suite.ts";
import { refuseRunningServer } from "./refuse-running-server.ts";
import { type Checkout, describeRevision, openCheckouts } from "./revision-sides.ts";

/** Compares this revision with another: both are checked out, installed, built and measured here, in turn. */
export async function gateRevisions(
  members: readonly SuiteMember[],
  ref: string,
  options: GateOptions,
  io: Io,
): Promise<GateOutput> {
  for (const { scenario } of members) refuseRunningServer(scenario);
  const repository = await openRepository(io.cwd, io.env);
  const head = await headRevision(repository, options);
  const wanted = await resolveRevision(repository, ref);
  const base = await mergeBase(repository, wanted, head);
  const revisions = [
    { name: "base", revision: base === undefined ? wanted : named(base, wanted) },
    { name: "head", revision: head },
  ];
  const prepare = prepareOf(members, options);
  const { checkouts, close } = await openCheckouts(repository, revisions, prepare, io);
  try {
    const [baseSide, headSide] = checkouts;
    if (baseSide === undefined || headSide === undefined)
      throw new DynoError("internal", "a checkout is missing");
    const compared = await compareMembers(members, io.signal, (member) =>
      compareScenario(
        sideOf(member, baseSide, "base", io),
        sideOf(member, headSide, "head", io),
        planMember(member, members.length, options),
        io,
      ),
    );
    return { compared, warnings: warningsOf(ref, base, head) };
  } finally {
    await close();
  }
}

/** The merge base, called by what it was asked for. */
function named(base: Revision, wanted: Revision): Revision {
  const ref = base.commit === wanted.commit ? wanted.ref : `merge base of ${wanted.ref} and HEAD`;
  return { ...base, ref };
}

function warningsOf(ref: string, base: Revision | undefined, head: Revision): string[] {
  if (base === undefined) {
    return [
      `git knows no commit that ${ref} and HEAD share, as in a shallow clone; ${ref} itself is the base`,
    ];
  }
  if (base.commit !== head.commit || ref === "HEAD") return [];
  return [`HEAD has nothing that ${ref} lacks: both sides are the same commit`];
}

/** All suites share the checkouts. Throws a DynoError `usage` where they would make them ready in different ways. */
function prepareOf(members: readonly SuiteMember[], { install, build }: GateOptions): Prepare {
  const suites = new Set(members.flatMap(({ suite }) => suite ?? []));
  const ways = new Set([...suites].map(({ prepare }) => JSON.stringify(prepare)));
  if (ways.size > 1) {
    const files = [...suites].map(({ file }) => file).join(" and ");
    throw new DynoError("usage", `${files} prepare checkouts in different ways; run one gate for each`);
  }
  const [suite] = suites;
  return {
    ...suite?.prepare,
    ...(install === undefined ? {} : { install }),
    ...(build === undefined ? {} : { build }),
  };
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
