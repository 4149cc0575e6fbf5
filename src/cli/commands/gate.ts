import { dirname, resolve } from "node:path";
import { systemClock } from "../../base/clock.ts";
import { DynoError } from "../../base/errors.ts";
import { openRepository, type Repository } from "../../drive/revisions/repository.ts";
import { mergeBase, type Revision, resolveRevision } from "../../drive/revisions/revision.ts";
import { readTreeState, snapshotOfChanges } from "../../drive/revisions/tree-state.ts";
import { makeComparisonResult } from "../../judge/compare/comparison-result.ts";
import { gateQuestion } from "../../judge/compare/question.ts";
import type { Comparison } from "../../measure/comparison.ts";
import { readEnvironment } from "../../measure/environment.ts";
import type { Margins } from "../../scenario/scenario.ts";
import { compareScenario } from "../compare-scenario.ts";
import { type Io, interruptedBy } from "../io.ts";
import { readSuite, type SuiteMember } from "../read-suite.ts";
import { type Checkout, describeRevision, openCheckouts } from "../revision-sides.ts";
import { shellWords } from "../shell-words.ts";
import { writeComparison } from "../write-comparison.ts";

/** The options of `dyno gate`, as the command line gives them. */
export interface GateOptions {
  /** The revision to compare with. */
  readonly base?: string;
  /** Settings of all scenarios. */
  readonly set: readonly string[];
  /** For each scenario, in milliseconds. */
  readonly budget?: number;
  readonly margin: Margins;
  readonly inconclusive?: "pass" | "fail";
  readonly dirty?: boolean;
  readonly seed?: number;
  readonly out: string;
  readonly reportDir?: string;
  readonly json?: boolean;
  readonly progress: boolean;
}

const standardBudgetMs = 60_000;

/** `dyno gate`: measures the base revision and this one in turn, and fails where this one is worse by more than the margins. */
export async function gate(names: readonly string[], options: GateOptions, io: Io): Promise<number> {
  const startedAt = new Date(systemClock.epochMs());
  const members = await readSuite(names, options.set, io);
  if (options.base === undefined) {
    throw new DynoError(
      "usage",
      "a gate needs something to compare with: --base REF, such as --base origin/main",
    );
  }
  const repository = await openRepository(io.cwd, io.env);
  const head = await headRevision(repository, options);
  const wanted = await resolveRevision(repository, options.base);
  const base = await mergeBase(repository, wanted, head);
  const warnings =
    base === undefined
      ? [
          `git knows no commit that ${options.base} and HEAD share, as in a shallow clone; ${options.base} itself is the base`,
        ]
      : [];
  const { checkouts, close } = await openCheckouts(
    repository,
    [
      { name: "base", revision: base ?? wanted },
      { name: "head", revision: head },
    ],
    members[0]?.suite?.prepare ?? {},
    io,
  );
  const comparisons: Comparison[] = [];
  const services: string[] = [];
  try {
    const [baseSide, headSide] = checkouts;
    if (baseSide === undefined || headSide === undefined)
      throw new DynoError("internal", "a checkout is missing");
    for (const member of members) {
      if (io.signal.aborted) break;
      const { comparison, compared } = await compareMember(
        member,
        { base: baseSide, head: headSide, scenarios: members.length },
        options,
        io,
      );
      comparisons.push(comparison);
      services.push(...compared.services);
    }
  } finally {
    await close();
  }
  const inconclusive = options.inconclusive ?? members[0]?.suite?.inconclusive ?? "pass";
  const result = makeComparisonResult({
    kind: "gate",
    name: "gate",
    command: commandOf(names, options),
    startedAt,
    durationMs: systemClock.epochMs() - startedAt.getTime(),
    comparisons,
    environment: await readEnvironment(io.cwd, [...new Set(services)]),
    warnings,
    inconclusive,
    ...interruptedBy(io.signal),
  });
  return writeComparison(result, { ...options, stem: "gate" }, io);
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

async function compareMember(
  { scenario, suite }: SuiteMember,
  { base, head, scenarios }: { readonly base: Checkout; readonly head: Checkout; readonly scenarios: number },
  options: GateOptions,
  io: Io,
) {
  const folder = dirname(resolve(io.cwd, scenario.file));
  const sideOf = (checkout: Checkout, name: string) => ({
    scenario,
    program: checkout.program,
    scenarioDir: checkout.folderOf(folder),
    info: { name, description: describeRevision(checkout.revision) },
  });
  const margins = { ...suite?.margins, ...scenario.gate.margins, ...options.margin };
  return compareScenario(
    sideOf(base, "base"),
    sideOf(head, "head"),
    {
      title: scenario.name,
      question: gateQuestion(margins, scenarios),
      budgetMs: options.budget ?? scenario.gate.budgetMs ?? suite?.budgetMs ?? standardBudgetMs,
      seed: options.seed ?? scenario.seed,
      progress: options.progress,
    },
    io,
  );
}

function commandOf(names: readonly string[], options: GateOptions): string {
  const flag = (name: string, value: string | undefined): string[] =>
    value === undefined ? [] : [name, value];
  return shellWords([
    "npx",
    "dyno",
    "gate",
    ...names,
    ...flag("--base", options.base),
    ...options.set.flatMap((setting) => ["--set", setting]),
    ...flag("--budget", options.budget === undefined ? undefined : `${options.budget / 1000}s`),
    ...Object.entries(options.margin).flatMap(([metric, margin]) => [
      "--margin",
      `${metric}=${margin * 100}%`,
    ]),
    ...flag("--inconclusive", options.inconclusive),
    ...(options.dirty === true ? ["--dirty"] : []),
    ...flag("--seed", options.seed === undefined ? undefined : String(options.seed)),
  ]);
}
