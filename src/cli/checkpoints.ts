import { rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { checkFolder } from "../base/check-folder.ts";
import { systemClock } from "../base/clock.ts";
import { DynoError } from "../base/errors.ts";
import { writeWanted } from "../base/write-whole.ts";
import { fileNamePart } from "../judge/baselines/baseline-file.ts";
import { renderUntunedYaml } from "../publish/tuned-yaml.ts";
import { parseTunedConfig, type TunedFile } from "../scenario/tuned-file.ts";
import {
  checkpointFile,
  checkpointNames,
  editedPrefix,
  freeName,
  readCheckpoint,
  readIfThere,
  tunedFile,
} from "./checkpoint-folder.ts";
import {
  type CheckpointStep,
  checkpointDir,
  readCheckpointSteps,
  recordStep,
  standingCheckpoints,
} from "./checkpoint-history.ts";
import { folderStamp } from "./folder-stamp.ts";

/** Settings that were put in force. */
export interface Applied {
  /** The checkpoint that holds them. */
  readonly name: string;
  readonly tuned: TunedFile;
  /** Where a way back leads; absent: to the scenario's own settings. */
  readonly previous?: string;
  /** Somebody had edited ./tuned.yaml; this checkpoint keeps the edit. */
  readonly kept?: string;
}

/** What a way back led to. */
export interface RolledBack {
  /** The checkpoint that ./tuned.yaml holds now, and what it says; absent where the scenario has its own settings again. */
  readonly to?: { readonly name: string; readonly tuned: TunedFile };
  /** What ./tuned.yaml held until now; absent where that was nothing. */
  readonly from?: string;
  /** Somebody had edited ./tuned.yaml; this checkpoint keeps the edit. */
  readonly kept?: string;
}

/**
 * Puts the settings of a tuned.yaml in force: writes them into checkpoints/NAME.yaml and ./tuned.yaml, and records that. A
 * name that is left out is the scenario's with the time. Throws a DynoError `usage` where the name is taken or is none, and
 * what `parseTunedConfig` throws.
 */
export async function applyCheckpoint(
  text: string,
  name: string | undefined,
  cwd: string,
  at = new Date(systemClock.epochMs()),
): Promise<Applied> {
  const { scenario } = parseTunedConfig(text, tunedFile);
  if (name !== undefined) await refuseName(name, cwd);
  const settled = await settle(cwd, at);
  const own = name ?? (await freeName(cwd, `${fileNamePart(scenario.name)}-${folderStamp(at)}`));
  await write(cwd, checkpointFile(own), text);
  await write(cwd, tunedFile, text);
  // After ./tuned.yaml: whoever is killed in between finds the checkpoint in force, and `settle` records it.
  await recordStep(cwd, settled.steps, { apply: own }, at);
  const previous = standingCheckpoints(settled.steps).at(-1);
  return {
    name: own,
    tuned: parseTunedConfig(text, checkpointFile(own)),
    ...(previous === undefined ? {} : { previous }),
    ...(settled.kept === undefined ? {} : { kept: settled.kept }),
  };
}

/**
 * Puts earlier settings in force again: those before the current ones, or those of the checkpoint `name`. Where there are
 * none before, ./tuned.yaml sets nothing afterwards. Throws a DynoError `usage` where there is no such checkpoint, or
 * nothing to go back from.
 */
export async function rollBack(
  cwd: string,
  name?: string,
  at = new Date(systemClock.epochMs()),
): Promise<RolledBack> {
  if (name === undefined || name === "latest") return stepBack(cwd, at);
  // Whoever completes a word in a shell names the file.
  return goTo(basename(name, ".yaml"), cwd, at);
}

/**
 * The checkpoints that hold one over the other: the last one is in ./tuned.yaml, and `rollBack` leads to the one before.
 * Where somebody edited ./tuned.yaml, the edit becomes one first.
 */
export async function checkpointsInForce(
  cwd: string,
  at = new Date(systemClock.epochMs()),
): Promise<readonly TunedFile[]> {
  const { steps } = await settle(cwd, at);
  const standing = standingCheckpoints(steps);
  return Promise.all(
    standing.map(async (name) => parseTunedConfig(await readCheckpoint(cwd, name), checkpointFile(name))),
  );
}

async function goTo(name: string, cwd: string, at: Date): Promise<RolledBack> {
  const text = await readCheckpoint(cwd, name);
  const tuned = parseTunedConfig(text, checkpointFile(name));
  const { steps, kept } = await settle(cwd, at);
  const from = standingCheckpoints(steps).at(-1);
  await write(cwd, tunedFile, text);
  if (from !== name) await recordStep(cwd, steps, { apply: name }, at);
  return { to: { name, tuned }, ...facts(from, kept) };
}

async function stepBack(cwd: string, at: Date): Promise<RolledBack> {
  const { steps, kept } = await settle(cwd, at);
  const standing = standingCheckpoints(steps);
  const [before, from] = [standing.at(-2), standing.at(-1)];
  if (from === undefined) {
    throw new DynoError(
      "usage",
      "there is nothing to roll back: no settings are applied here; dyno rollback --list shows the checkpoints that there are",
    );
  }
  if (before === undefined) {
    await recordStep(cwd, steps, { back: true }, at);
    await dropSettings(from, cwd);
    return facts(from, kept);
  }
  const text = await readCheckpoint(cwd, before);
  const tuned = parseTunedConfig(text, checkpointFile(before));
  // Before ./tuned.yaml: whoever is killed in between has not gone back, and `settle` records that.
  await recordStep(cwd, steps, { back: true }, at);
  await write(cwd, tunedFile, text);
  return { to: { name: before, tuned }, ...facts(from, kept) };
}

function facts(from: string | undefined, kept: string | undefined): Omit<RolledBack, "to"> {
  return { ...(from === undefined ? {} : { from }), ...(kept === undefined ? {} : { kept }) };
}

interface Settled {
  readonly steps: readonly CheckpointStep[];
  readonly kept?: string;
}

/** Makes the record say what ./tuned.yaml holds. What somebody edited becomes a checkpoint, and counts as applied. */
async function settle(cwd: string, at: Date): Promise<Settled> {
  const steps = await readCheckpointSteps(cwd);
  const text = await readIfThere(cwd, tunedFile);
  if (text === undefined || setsNothing(text)) return { steps };
  const current = standingCheckpoints(steps).at(-1);
  if (current !== undefined && (await readIfThere(cwd, checkpointFile(current))) === text) return { steps };
  for (const name of await checkpointNames(cwd)) {
    if ((await readIfThere(cwd, checkpointFile(name))) !== text) continue;
    return { steps: await recordStep(cwd, steps, { apply: name }, at) };
  }
  const kept = await freeName(cwd, `${editedPrefix}${folderStamp(at)}`);
  await write(cwd, checkpointFile(kept), text);
  return { steps: await recordStep(cwd, steps, { apply: kept }, at), kept };
}

/** Whether a text is one that a way back left. */
function setsNothing(text: string): boolean {
  const scenario = scenarioOf(text);
  return scenario !== undefined && text === renderUntunedYaml(scenario);
}

/** Leaves a ./tuned.yaml that sets nothing, so that commands which name it go on working. */
async function dropSettings(from: string, cwd: string): Promise<void> {
  const scenario = scenarioOf((await readIfThere(cwd, checkpointFile(from))) ?? "");
  if (scenario === undefined) await rm(join(cwd, tunedFile), { force: true });
  else await write(cwd, tunedFile, renderUntunedYaml(scenario));
}

/** Undefined where the text is no tuned.yaml. */
function scenarioOf(text: string): string | undefined {
  try {
    return parseTunedConfig(text, tunedFile).scenario.name;
  } catch {
    return undefined;
  }
}

/**
 * Makes sure, before a long tuning, that what it proves can be applied. Throws a DynoError `usage` where the name is taken or
 * is none, or nothing can be written.
 */
export async function checkApplicable(name: string | undefined, cwd: string): Promise<void> {
  if (name !== undefined) await refuseName(name, cwd);
  await checkFolder(join(cwd, checkpointDir), checkpointDir, "make it one that can be written to");
  await checkFolder(cwd, "this folder", "make it one that can be written to");
}

async function refuseName(name: string, cwd: string): Promise<void> {
  if (!/^\w[\w.-]*$/.test(name) || name === "latest") {
    throw new DynoError(
      "usage",
      `${name} is no name for a checkpoint; use letters, digits, -, _ and dots (latest stands for the one before the current)`,
    );
  }
  if (!(await checkpointNames(cwd)).includes(name)) return;
  throw new DynoError("usage", `there is a checkpoint ${name} already; give another name, or none`);
}

function write(cwd: string, file: string, text: string): Promise<void> {
  return writeWanted(join(cwd, file), text, file, "make its folder one that can be written to");
}
