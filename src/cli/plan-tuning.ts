import { existsSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { DynoError } from "../base/errors.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { Budget } from "../tune/budget.ts";
import { readJournalHeader } from "../tune/journal/journal.ts";
import type { JournalHeader } from "../tune/journal/journal-entry.ts";
import { folderStamp } from "./folder-stamp.ts";
import type { Io } from "./io.ts";
import type { TuneOptions } from "./tune-options.ts";

/** How a tuning is done, and where its files lie. */
export interface TuningPlan {
  readonly mode: "new" | "resume" | "replay";
  /** The journal's path, and what messages call it. */
  readonly journal: string;
  readonly journalName: string;
  /** The folder of the report. */
  readonly reportDir: string;
  readonly seed: number;
  readonly budget: Budget;
  readonly algorithm: JournalHeader["algorithm"];
  readonly minGain: number;
}

const standardBudget: Budget = { ms: 300_000 };
const standardMinGain = 0.02;
const journalFile = "journal.ndjson";

/** Plans a tuning. One that goes on, or is replayed, is as its journal says. Throws a DynoError `usage` where there is none. */
export async function planTuning(
  scenario: Scenario,
  options: TuneOptions,
  startedAt: Date,
  io: Io,
): Promise<TuningPlan> {
  const mode = options.resume !== undefined ? "resume" : options.replay !== undefined ? "replay" : "new";
  const recorded = options.resume ?? options.replay;
  const journal = recorded === undefined ? undefined : await findJournal(recorded, scenario, options, io);
  const header = journal === undefined ? undefined : await readJournalHeader(journal, shown(journal, io));
  const reportDir =
    options.reportDir === undefined
      ? ownDir(scenario, options, startedAt, io)
      : resolve(io.cwd, options.reportDir);
  const dir = mode === "resume" && journal !== undefined ? dirname(journal) : reportDir;
  const path = journal ?? join(dir, journalFile);
  return {
    mode,
    journal: path,
    journalName: shown(path, io),
    reportDir: dir,
    seed: options.seed ?? header?.seed ?? scenario.seed,
    budget: budgetOf(options) ?? header?.budget ?? standardBudget,
    algorithm: options.algorithm ?? header?.algorithm ?? "gradient",
    minGain: options.minGain ?? header?.minGain ?? standardMinGain,
  };
}

function budgetOf({ budget, trials }: TuneOptions): Budget | undefined {
  if (budget !== undefined) return { ms: budget };
  return trials === undefined ? undefined : { trials };
}

function ownDir({ name }: Scenario, { out }: TuneOptions, startedAt: Date, io: Io): string {
  return resolve(io.cwd, out, `${folderStamp(startedAt)}-${name}-tune`);
}

function shown(path: string, io: Io): string {
  return relative(io.cwd, path);
}

/** A journal that is named by itself or by its folder; else the newest of the scenario. */
async function findJournal(
  named: string | true,
  { name }: Scenario,
  { out }: TuneOptions,
  io: Io,
): Promise<string> {
  if (named !== true) {
    const path = resolve(io.cwd, named);
    const isFolder = await stat(path).then(
      (found) => found.isDirectory(),
      () => false,
    );
    return isFolder ? join(path, journalFile) : path;
  }
  const folders = await readdir(resolve(io.cwd, out)).catch((): string[] => []);
  const newest = folders
    .filter((folder) => folder.slice(folderStamp(new Date(0)).length) === `-${name}-tune`)
    .toSorted()
    .map((folder) => resolve(io.cwd, out, folder, journalFile))
    // The folder of a replay has none.
    .findLast((path) => existsSync(path));
  if (newest !== undefined) return newest;
  throw new DynoError(
    "usage",
    `there is no tuning of ${name} in ${out}; name a journal: --resume reports/.../journal.ndjson`,
  );
}
