import { dirname, relative, resolve } from "node:path";
import { checkFolder } from "../base/check-folder.ts";
import { systemClock } from "../base/clock.ts";
import { DynoError } from "../base/errors.ts";
import { measureBlocks } from "../drive/twin/blocks.ts";
import { ownProgram } from "../drive/twin/pair-bench.ts";
import type { Baseline } from "../judge/baselines/baseline.ts";
import { writeBaseline } from "../judge/baselines/baseline-file.ts";
import { findBaseline } from "../judge/baselines/find-baseline.ts";
import { makeBaseline } from "../judge/baselines/make-baseline.ts";
import { refusalOf } from "../judge/baselines/refusal.ts";
import { readStoredFigures } from "../judge/baselines/stored-metrics.ts";
import { compareWithBaseline } from "../judge/compare/compare-with-baseline.ts";
import { makeComparison } from "../judge/compare/make-comparison.ts";
import { readEnvironment } from "../measure/environment.ts";
import {
  type ComparedMember,
  compareMembers,
  type GateOptions,
  type GateOutput,
  planMember,
} from "./gate-plan.ts";
import type { Io } from "./io.ts";
import type { SuiteMember } from "./read-suite.ts";
import { watchPairs } from "./watch-pairs.ts";

/** Compares this working tree, as it is built, with baselines that were stored on this class of machine. */
export async function gateBaselines(
  members: readonly SuiteMember[],
  dir: string,
  options: GateOptions,
  io: Io,
): Promise<GateOutput> {
  const compared = await compareMembers(members, io.signal, (member) =>
    compareMember(member, members.length, dir, options, io),
  );
  return { compared, warnings: [] };
}

async function compareMember(
  member: SuiteMember,
  scenarios: number,
  dir: string,
  options: GateOptions,
  io: Io,
): Promise<ComparedMember> {
  const { scenario } = member;
  const plan = planMember(member, scenarios, options);
  const view = watchPairs(plan, io);
  let baseline: Baseline | undefined;
  try {
    const side = {
      scenario,
      program: ownProgram(io.cwd, io.env),
      scenarioDir: dirname(resolve(io.cwd, scenario.file)),
    };
    const compared = await compareWithBaseline(
      async (services) => {
        baseline = await proofOf(member, dir, services, io);
        return baseline.blocks.map(({ figures }) => readStoredFigures(figures));
      },
      side,
      {
        ...plan,
        env: io.env,
        signal: io.signal,
        usesWholeBudget: false,
        onService: view.onService,
        onPair: view.onPair,
      },
    );
    const comparison = makeComparison({
      scenario,
      base: { name: "baseline", description: baseline === undefined ? "" : describe(baseline) },
      candidate: { name: "head", description: "the working tree as it is built" },
      question: plan.question,
      compared,
      seed: plan.seed,
      budgetMs: plan.budgetMs,
      recorded: baseline?.phases ?? [],
    });
    return { comparison, services: compared.services };
  } finally {
    view.close();
  }
}

/** The baseline that proves something here. */
async function proofOf(
  { scenario }: SuiteMember,
  dir: string,
  services: readonly string[],
  io: Io,
): Promise<Baseline> {
  const environment = await readEnvironment(io.cwd, services);
  const found = await findBaseline(resolve(io.cwd, dir), scenario, environment, dir);
  if (found.kind === "found") return found.baseline;
  throw new DynoError("usage", found.message);
}

function describe({ recordedAt, environment, blocks }: Baseline): string {
  const commit = environment.gitRevision === undefined ? "" : `, commit ${environment.gitRevision}`;
  return `baseline of ${recordedAt.slice(0, 10)}${commit}, ${blocks.length} blocks`;
}

/** Measures every scenario for its budget and stores that as the baselines of this class of machine; gives their paths. */
export async function updateBaselines(
  members: readonly SuiteMember[],
  dir: string,
  reason: string,
  options: GateOptions,
  io: Io,
): Promise<number> {
  await checkFolder(resolve(io.cwd, dir), dir, "name another folder with --baselines");
  let refused = 0;
  for (const member of members) {
    const { scenario } = member;
    const plan = planMember(member, members.length, options);
    const view = watchPairs(plan, io);
    const output = await measureBlocks(scenario, {
      budgetMs: plan.budgetMs,
      cwd: io.cwd,
      env: io.env,
      signal: io.signal,
      onEvent: (event) => {
        if (event.type === "service") view.onService(event.text);
        if (event.type === "trial" && event.trial > 0 && event.trial % 10 === 0)
          view.onService(`${event.trial} of about ${event.of} blocks`);
      },
    }).finally(view.close);
    const refusals = refusalOf(output);
    for (const text of refusals)
      io.stderr.write(`dyno: no baseline of ${scenario.name} was saved: ${text}\n`);
    if (refusals.length > 0) {
      refused++;
      continue;
    }
    const environment = await readEnvironment(io.cwd, output.services);
    const recordedAt = new Date(systemClock.epochMs());
    const baseline = makeBaseline({ scenario, blocks: output.blocks, environment, recordedAt, reason });
    const path = await writeBaseline(resolve(io.cwd, dir), baseline);
    io.stdout.write(`${relative(io.cwd, path)}  ${output.blocks.length} blocks\n`);
  }
  return refused === 0 ? 0 : 3;
}
