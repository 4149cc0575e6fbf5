import { relative } from "node:path";
import { checkFolder } from "../../base/check-folder.ts";
import { systemClock } from "../../base/clock.ts";
import { shellWords } from "../../base/shell-words.ts";
import { readEnvironment } from "../../measure/environment.ts";
import type { TuneResult } from "../../measure/tuning.ts";
import { renderTunedYaml } from "../../publish/tuned-yaml.ts";
import { concludeJournal } from "../../tune/journal/conclude-journal.ts";
import { type Journal, openJournal } from "../../tune/journal/journal.ts";
import { makeJournalHeader } from "../../tune/journal/journal-header.ts";
import { journaledRig } from "../../tune/journal/journaled-rig.ts";
import type { MeasuredRig } from "../../tune/measured-rig.ts";
import { tune as searchAndProve, type Tuned } from "../../tune/tune.ts";
import { makeTuneResult } from "../../tune/tune-result.ts";
import { appliedText } from "../checkpoint-text.ts";
import { applyCheckpoint, checkApplicable } from "../checkpoints.ts";
import { configFlag, readConfig } from "../configured-scenario.ts";
import { type Io, interruptedBy } from "../io.ts";
import { planTuning, type TuningPlan } from "../plan-tuning.ts";
import { refuseConflicts, type TuneOptions } from "../tune-options.ts";
import { openSubjectRig, readSubject, type TuneSubject, tuneOrder } from "../tune-subject.ts";
import { watchInForce } from "../watch-in-force.ts";
import { watchTuning } from "../watch-tuning.ts";
import { writeTuning } from "../write-tuning.ts";

/** `dyno tune`: searches a scenario's parameters under load, proves what it found, and says what to use. */
export async function tune(name: string, options: TuneOptions, io: Io): Promise<number> {
  refuseConflicts(options);
  if (options.watch === true) return watchInForce(name, options, io);
  const startedAt = new Date(systemClock.epochMs());
  const subject = await readSubject(name, await readConfig(options.config, io), options.set, io);
  const plan = await planTuning(subject.scenario, options, startedAt, io);
  // What would fail in the end is told before anything is measured.
  if (plan.mode !== "replay")
    await checkFolder(plan.reportDir, relative(io.cwd, plan.reportDir), "name another one with --out");
  if (options.apply !== undefined)
    await checkApplicable(options.apply === true ? undefined : options.apply, io.cwd);
  const result = await measure(subject, plan, options, startedAt, io);
  const exitCode = await writeTuning(result, { reportDir: plan.reportDir, json: options.json }, io);
  if (options.apply !== undefined) await apply(result, options, io);
  return exitCode;
}

async function measure(
  subject: TuneSubject,
  plan: TuningPlan,
  options: TuneOptions,
  startedAt: Date,
  io: Io,
): Promise<TuneResult> {
  const { scenario, spec } = subject;
  const watch = watchTuning(
    {
      title: scenario.name,
      objective: spec.objective.text,
      terms: spec.objective.terms,
      params: spec.params,
      progress: options.progress,
    },
    io,
  );
  let rig: MeasuredRig | undefined;
  let journal: Journal | undefined;
  try {
    if (plan.mode !== "replay") rig = await openSubjectRig(subject, plan.seed, watch.onService, io);
    const environment = await readEnvironment(io.cwd, rig?.services ?? []);
    const { mode, journalName } = plan;
    const header = makeJournalHeader({ ...plan, scenario, spec, environment, startedAt });
    journal = await openJournal(plan.journal, header, { mode, file: journalName });
    const tuned = await searchAndProve(
      tuneOrder(subject, plan),
      journaledRig(journal, rig),
      watch.onProgress,
    );
    const result = makeTuneResult({
      ...plan,
      tuned,
      scenario,
      spec,
      command: commandOf(subject.name, plan, options),
      resumeCommand: resumeCommandOf(subject.name, tuned, plan, options, io),
      startedAt: new Date(journal.header.startedAt),
      durationMs: systemClock.epochMs() - startedAt.getTime() + (plan.mode === "new" ? 0 : measuredMs(tuned)),
      // A replay measures nothing: its figures are of where they were recorded.
      environment:
        rig === undefined ? journal.header.environment : await readEnvironment(io.cwd, rig.services),
      warnings: [],
      laidOn: subject.overrides,
      ...interruptedBy(io.signal),
    });
    await concludeJournal(journal, result);
    return result;
  } finally {
    watch.close();
    await journal?.close();
    await rig?.close();
  }
}

/** What a journal tells of took so long when it was measured. */
function measuredMs({ searched, proofs }: Tuned): number {
  return proofs.flatMap(({ pairs }) => pairs).reduce((sum, { tookMs }) => sum + tookMs, searched.tookMs);
}

async function apply(result: TuneResult, { apply: name, json }: TuneOptions, io: Io): Promise<void> {
  if (result.outcome !== "proven") {
    io.stderr.write("dyno: nothing is applied, since nothing better was proven\n");
    return;
  }
  const applied = await applyCheckpoint(renderTunedYaml(result), name === true ? undefined : name, io.cwd);
  // With --json nothing else is on stdout.
  (json === true ? io.stderr : io.stdout).write(appliedText(applied));
}

function commandOf(name: string, plan: TuningPlan, options: TuneOptions): string {
  const { budget, seed, algorithm, minGain } = plan;
  const amount =
    budget.ms === undefined ? ["--trials", String(budget.trials)] : ["--budget", `${budget.ms / 1000}s`];
  const given = [
    ...(options.algorithm === undefined ? [] : ["--algorithm", algorithm]),
    ...(options.minGain === undefined ? [] : ["--min-gain", `${Number((minGain * 100).toPrecision(12))}%`]),
  ];
  return shellWords([
    "npx",
    "dyno",
    "tune",
    name,
    ...settingsOf(options),
    ...amount,
    "--seed",
    String(seed),
    ...given,
  ]);
}

/** One that was interrupted can be gone on with; one that is over makes the same decisions again. */
function resumeCommandOf(name: string, tuned: Tuned, plan: TuningPlan, options: TuneOptions, io: Io): string {
  const isOver = tuned.searched.end.by !== "interrupted" && tuned.proofs.at(-1)?.outcome !== "interrupted";
  const journal = relative(io.cwd, plan.journal);
  return shellWords([
    "npx",
    "dyno",
    "tune",
    name,
    ...settingsOf(options),
    isOver ? "--replay" : "--resume",
    journal,
  ]);
}

function settingsOf({ set, config }: TuneOptions): string[] {
  return [...configFlag(config), ...set.flatMap((setting) => ["--set", setting])];
}
