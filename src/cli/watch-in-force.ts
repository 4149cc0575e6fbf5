import { existsSync } from "node:fs";
import { appendFile, mkdir } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { systemClock } from "../base/clock.ts";
import { shellWords } from "../base/shell-words.ts";
import { readEnvironment } from "../measure/environment.ts";
import type { WatchEvent } from "../measure/watch-events.ts";
import { publishTuning } from "../publish/publishers.ts";
import { watchLine } from "../publish/terminal/watch-line.ts";
import { renderTunedYaml } from "../publish/tuned-yaml.ts";
import type { Override } from "../scenario/overrides.ts";
import type { Config, Param } from "../scenario/tuning.ts";
import type { MeasuredRig } from "../tune/measured-rig.ts";
import { searchers } from "../tune/search/searchers.ts";
import { createSpace } from "../tune/space/space.ts";
import type { Tuned } from "../tune/tune.ts";
import { makeTuneResult } from "../tune/tune-result.ts";
import { watch } from "../tune/watch/watch.ts";
import { standardWatchRules, type WatchActions } from "../tune/watch/watch-order.ts";
import { tunedFile } from "./checkpoint-folder.ts";
import { appliedText, rolledBackText } from "./checkpoint-text.ts";
import { applyCheckpoint, checkpointsInForce, rollBack } from "./checkpoints.ts";
import { readConfig } from "./configured-scenario.ts";
import { folderStamp } from "./folder-stamp.ts";
import type { Io } from "./io.ts";
import { planTuning, type TuningPlan } from "./plan-tuning.ts";
import type { TuneOptions } from "./tune-options.ts";
import { openSubjectRig, readSubject, type TuneSubject, targetsOf } from "./tune-subject.ts";

/**
 * `dyno tune --watch`: keeps what ./tuned.yaml sets (else the scenario's own settings) under watch, for so long or until a
 * signal comes. What it proves goes into ./tuned.yaml; what breaks a target is rolled back. Gives the exit code.
 */
export async function watchInForce(name: string, options: TuneOptions, io: Io): Promise<number> {
  const startedAt = new Date(systemClock.epochMs());
  const config = existsSync(join(io.cwd, tunedFile)) ? await readConfig(tunedFile, io) : undefined;
  const subject = await readSubject(name, config, options.set, io);
  const plan = await planTuning(subject.scenario, options, startedAt, io);
  const before = await configsBefore(subject, options.set, io);
  const dir = watchDir(subject, options, startedAt, io);
  await mkdir(dir, { recursive: true });
  const journal = join(dir, "watch.ndjson");
  const note = (text: string): void => io.stderr.write(`${subject.scenario.name}: ${text}\n`);
  const rig = await openSubjectRig(subject, plan.seed, note, io);
  let written = Promise.resolve();
  const onEvent = (event: WatchEvent): void => {
    if (options.progress || event.event !== "probe") note(watchLine(event));
    written = written.then(() => appendFile(journal, `${JSON.stringify(event)}\n`));
  };
  try {
    const { scenario, spec } = subject;
    const space = createSpace(spec.params, spec.constraints);
    const watched = await watch(
      {
        tuning: {
          space,
          ...targetsOf(spec),
          seed: plan.seed,
          minGain: plan.minGain,
          createSearcher: searchers[plan.algorithm],
          budget: plan.budget,
          clock: systemClock,
        },
        config: space.defaults,
        before,
        rules: standardWatchRules,
        ...(options.for === undefined ? {} : { forMs: options.for }),
        signal: io.signal,
        sleep: (ms, signal) => sleep(ms, undefined, signal === undefined ? {} : { signal }),
      },
      rig,
      actions(subject, plan, dir, rig, io),
      onEvent,
    );
    await written;
    const { probes, searches, swaps, rollBacks } = watched;
    io.stdout.write(
      `watched ${scenario.name}: ${probes} probes, ${searches} searches, ${swaps} swaps, ${rollBacks} ways back; all of it is in ${relative(io.cwd, journal)}\n`,
    );
    if (watched.by === "time") return 0;
    return io.signal.reason === "SIGTERM" ? 143 : 130;
  } finally {
    await rig.close();
  }
}

function watchDir({ scenario }: TuneSubject, options: TuneOptions, startedAt: Date, io: Io): string {
  if (options.reportDir !== undefined) return resolve(io.cwd, options.reportDir);
  return resolve(io.cwd, options.out, `${folderStamp(startedAt)}-${scenario.name}-watch`);
}

function actions(
  { name, scenario, spec }: TuneSubject,
  plan: TuningPlan,
  dir: string,
  rig: MeasuredRig,
  io: Io,
): WatchActions {
  let swaps = 0;
  return {
    swap: async (tuned: Tuned, seed: number) => {
      const result = makeTuneResult({
        ...plan,
        seed,
        tuned,
        scenario,
        spec,
        command: shellWords(["npx", "dyno", "tune", name, "--watch"]),
        resumeCommand: shellWords(["npx", "dyno", "tune", name, "--watch"]),
        startedAt: new Date(systemClock.epochMs()),
        durationMs: 0,
        environment: await readEnvironment(io.cwd, rig.services),
        warnings: [],
      });
      const applied = await applyCheckpoint(renderTunedYaml(result), undefined, io.cwd);
      io.stdout.write(appliedText(applied));
      const { failures } = await publishTuning(result, join(dir, `swap-${++swaps}`));
      for (const failure of failures) io.stderr.write(`dyno: ${failure}\n`);
    },
    rollBack: async () => {
      io.stdout.write(rolledBackText(await rollBack(io.cwd)));
    },
  };
}

/** What was in force before what is now, the oldest first; the scenario's own settings are the first. */
async function configsBefore({ name, spec }: TuneSubject, set: readonly string[], io: Io): Promise<Config[]> {
  const inForce = await checkpointsInForce(io.cwd);
  if (inForce.length === 0) return [];
  const own = await readSubject(name, undefined, set, io);
  return [
    configOf(own.spec.params, []),
    ...inForce.slice(0, -1).map(({ overrides }) => configOf(spec.params, overrides)),
  ];
}

function configOf(params: readonly Param[], overrides: readonly Override[]): Config {
  const set = new Map(overrides.map(({ path, value }) => [path.join("."), value]));
  return Object.fromEntries(
    params.map(({ name, path, default: own }) => [name, (set.get(path.join(".")) ?? own) as Config[string]]),
  );
}
