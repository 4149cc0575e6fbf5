import { systemClock } from "../../base/clock.ts";
import { DynoError } from "../../base/errors.ts";
import { shellWords } from "../../base/shell-words.ts";
import { refuseFaults } from "../../drive/twin/pair-bench.ts";
import { makeComparisonResult } from "../../judge/compare/comparison-result.ts";
import { readEnvironment } from "../../measure/environment.ts";
import { configFlag } from "../configured-scenario.ts";
import { gateBaselines, updateBaselines } from "../gate-baselines.ts";
import type { GateOptions, GateOutput } from "../gate-plan.ts";
import { gateRevisions } from "../gate-revisions.ts";
import { type Io, interruptedBy } from "../io.ts";
import { readSuite, type SuiteMember } from "../read-suite.ts";
import { foretell, recordHistory } from "../record-history.ts";
import { refuseMatrix } from "../refuse-matrix.ts";
import { writeComparison } from "../write-comparison.ts";

const standardFolder = "baselines";

/**
 * `dyno gate`: fails where this revision is worse than another, or than stored baselines, by more than the margins. With
 * `--update` it stores what it measures as the new baselines instead.
 */
export async function gate(names: readonly string[], options: GateOptions, io: Io): Promise<number> {
  const startedAt = new Date(systemClock.epochMs());
  refuseMixes(options);
  const members = await readSuite(names, options, io);
  for (const { scenario } of members) refuseFaults(scenario);
  for (const { scenario } of members) refuseMatrix(scenario, "a gate");
  if (options.update === true) return update(members, options, io);
  await foretell(members, options, io);
  const { compared, warnings } = await measure(members, options, io);
  const services = new Set(compared.flatMap((member) => member.services));
  const result = makeComparisonResult({
    kind: "gate",
    name: "gate",
    command: commandOf(names, options),
    startedAt,
    durationMs: systemClock.epochMs() - startedAt.getTime(),
    comparisons: compared.map(({ comparison }) => comparison),
    environment: await readEnvironment(io.cwd, [...services]),
    warnings,
    inconclusive: options.inconclusive ?? members[0]?.suite?.inconclusive ?? "pass",
    ...interruptedBy(io.signal),
  });
  await recordHistory(compared, result, options.history, io);
  return writeComparison(result, { ...options, stem: "gate" }, io);
}

function measure(members: readonly SuiteMember[], options: GateOptions, io: Io): Promise<GateOutput> {
  const { base, baselines } = options;
  if (base !== undefined && baselines === undefined) return gateRevisions(members, base, options, io);
  if (baselines !== undefined && base === undefined) return gateBaselines(members, baselines, options, io);
  throw new DynoError(
    "usage",
    base === undefined
      ? "a gate needs something to compare with: a revision (--base origin/main), or on a machine of its own stored baselines (--baselines baselines)"
      : "a gate compares with a revision (--base) or with stored baselines (--baselines), not with both",
  );
}

/** Options that would be ignored. */
function refuseMixes(options: GateOptions): void {
  const { base, baselines, update: isUpdate, dirty } = options;
  const given = (names: readonly (keyof GateOptions)[]): string[] =>
    names.filter((name) => options[name] !== undefined).map((name) => `--${name}`);
  const mixes = [
    ...(isUpdate === true
      ? given(["base", "dirty", "inconclusive", "history", "reportDir", "json"])
      : given(["reason"])),
    ...(isUpdate !== true && baselines !== undefined && dirty === true ? ["--dirty"] : []),
    ...(base === undefined ? given(["install", "build"]) : []),
  ];
  const [first] = mixes;
  if (first === undefined) return;
  const name = first === "--reportDir" ? "--report-dir" : first;
  const mode =
    isUpdate === true ? "--update" : baselines === undefined ? "a gate without --update" : "--baselines";
  throw new DynoError("usage", `${name} has no meaning with ${mode}; leave it out`);
}

function update(members: readonly SuiteMember[], options: GateOptions, io: Io): Promise<number> {
  const { baselines = standardFolder, reason } = options;
  if (reason === undefined || reason.trim() === "") {
    throw new DynoError(
      "usage",
      'new baselines need to say why they are accepted: --update --reason "batches are larger now"',
    );
  }
  return updateBaselines(members, baselines, reason.trim(), options, io);
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
    ...flag("--baselines", options.baselines),
    ...configFlag(options.config),
    ...options.set.flatMap((setting) => ["--set", setting]),
    ...flag("--budget", options.budget === undefined ? undefined : `${options.budget / 1000}s`),
    ...Object.entries(options.margin).flatMap(([metric, margin]) => [
      "--margin",
      `${metric}=${Number((margin * 100).toPrecision(6))}%`,
    ]),
    ...flag("--inconclusive", options.inconclusive),
    ...flag("--install", options.install),
    ...flag("--build", options.build),
    ...(options.dirty === true ? ["--dirty"] : []),
    ...flag("--seed", options.seed === undefined ? undefined : String(options.seed)),
  ]);
}
