import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { systemClock } from "../base/clock.ts";
import { DynoError } from "../base/errors.ts";
import { shellWords } from "../base/shell-words.ts";
import { readEnvironment } from "../measure/environment.ts";
import type { WatchEvent } from "../measure/watch-events.ts";
import { publishTuning } from "../publish/publishers.ts";
import { watchLine } from "../publish/terminal/watch-line.ts";
import { renderTunedYaml } from "../publish/tuned-yaml.ts";
import type { MeasuredRig } from "../tune/measured-rig.ts";
import type { Space } from "../tune/space/space.ts";
import type { Tuned } from "../tune/tune.ts";
import { makeTuneResult } from "../tune/tune-result.ts";
import { watch } from "../tune/watch/watch.ts";
import { standardWatchRules, type WatchActions } from "../tune/watch/watch-order.ts";
import { tunedFile } from "./checkpoint-folder.ts";
import { appliedText, rolledBackText } from "./checkpoint-text.ts";
import { applyCheckpoint, checkpointsInForce, rollBack } from "./checkpoints.ts";
import { configOf, configsBefore } from "./configs-in-force.ts";
import { readConfig } from "./configured-scenario.ts";
import { folderStamp } from "./folder-stamp.ts";
import type { Io } from "./io.ts";
import { planTuning, type TuningPlan } from "./plan-tuning.ts";
import type { TuneOptions } from "./tune-options.ts";
import { openSubjectRig, readSubject, type TuneSubject, tuneOrder } from "./tune-subject.ts";
import { openWatchRecord } from "./watch-record.ts";

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
  const record = await openWatchRecord(join(dir, "watch.ndjson"), io);
  const note = (text: string): void => io.stderr.write(`${subject.scenario.name}: ${text}\n`);
  const rig = await openSubjectRig(subject, plan.seed, note, io, { isWatched: true });
  const onEvent = (event: WatchEvent): void => {
    if (options.progress || event.event !== "probe") note(watchLine(event));
    record.append(event);
  };
  try {
    const tuning = tuneOrder(subject, plan);
    const watched = await watch(
      {
        tuning,
        config: tuning.space.defaults,
        before,
        rules: standardWatchRules,
        ...(options.for === undefined ? {} : { forMs: options.for }),
        signal: io.signal,
        sleep: (ms, signal) => sleep(ms, undefined, signal === undefined ? {} : { signal }),
      },
      rig,
      actions(subject, tuning.space, plan, dir, rig, io),
      onEvent,
    );
    await record.written();
    const { probes, searches, swaps, rollBacks } = watched;
    io.stdout.write(
      `watched ${subject.scenario.name}: ${probes} probes, ${searches} searches, ${swaps} swaps, ${rollBacks} ways back; all of it is in ${record.file}\n`,
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
  { name, scenario, spec, overrides }: TuneSubject,
  space: Space,
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
        laidOn: overrides,
      });
      const applied = await applyCheckpoint(renderTunedYaml(result), undefined, io.cwd);
      io.stdout.write(appliedText(applied));
      const { failures } = await publishTuning(result, join(dir, `swap-${++swaps}`));
      for (const failure of failures) io.stderr.write(`dyno: ${failure}\n`);
    },
    rollBack: async (to) => {
      const before = (await checkpointsInForce(io.cwd)).at(-2);
      const leadsTo = before === undefined ? undefined : configOf(spec.params, before.overrides);
      if (leadsTo !== undefined && space.keyOf(leadsTo) !== space.keyOf(to)) {
        throw new DynoError(
          "conflict",
          `${tunedFile} was changed by somebody else while it was watched; look at dyno rollback --list, and begin the watch anew`,
        );
      }
      io.stdout.write(rolledBackText(await rollBack(io.cwd)));
    },
  };
}
