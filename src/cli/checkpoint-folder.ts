import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { DynoError, messageOf } from "../base/errors.ts";
import { nearestWord } from "../base/suggest.ts";
import { parseTunedConfig, type TunedFile } from "../scenario/tuned-file.ts";
import { checkpointDir, readCheckpointSteps, standingCheckpoints } from "./checkpoint-history.ts";

/** The file that holds the settings in force, in the folder that dyno works in. */
export const tunedFile = "tuned.yaml";

/** Checkpoints that keep what somebody edited are called by this and the time. */
export const editedPrefix = "edited-";

/** A checkpoint in the list: what it holds, or why it cannot be used. */
export interface ListedCheckpoint {
  readonly name: string;
  /** When it was applied last, in ISO 8601; absent where it never was. */
  readonly appliedAt?: string;
  /** Whether ./tuned.yaml holds it. */
  readonly isCurrent: boolean;
  readonly tuned?: TunedFile;
  readonly problem?: string;
}

/** Where a checkpoint lies, from the folder that dyno works in. */
export function checkpointFile(name: string): string {
  return join(checkpointDir, `${name}.yaml`);
}

/** The text of a checkpoint, or of ./tuned.yaml; undefined where there is no such file. */
export async function readIfThere(cwd: string, file: string): Promise<string | undefined> {
  try {
    return await readFile(join(cwd, file), "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new DynoError("usage", `${file} cannot be read: ${messageOf(cause)}`, { cause });
  }
}

/** The names of all checkpoints, sorted. */
export async function checkpointNames(cwd: string): Promise<readonly string[]> {
  const dir = join(cwd, checkpointDir);
  const files = existsSync(dir) ? await readdir(dir) : [];
  return files
    .filter((file) => file.endsWith(".yaml"))
    .map((file) => file.slice(0, -".yaml".length))
    .toSorted();
}

/** The text of the checkpoint that a user names. Throws a DynoError `usage` with what there is where there is none. */
export async function readCheckpoint(cwd: string, name: string): Promise<string> {
  const names = await checkpointNames(cwd);
  const text = names.includes(name) ? await readIfThere(cwd, checkpointFile(name)) : undefined;
  if (text !== undefined) return text;
  const near = nearestWord(name, names);
  const hint = near === undefined ? "" : `; did you mean ${near}?`;
  const list =
    names.length === 0 ? "; dyno tune SCENARIO --apply makes one" : `; there are ${names.join(", ")}`;
  throw new DynoError("usage", `there is no checkpoint ${name}${hint}${list}`);
}

/** A name that no checkpoint has: `stem`, else with a number. */
export async function freeName(cwd: string, stem: string): Promise<string> {
  const names = new Set(await checkpointNames(cwd));
  let name = stem;
  for (let n = 2; names.has(name); n++) name = `${stem}-${n}`;
  return name;
}

/** All checkpoints, those applied last first. */
export async function listCheckpoints(cwd: string): Promise<readonly ListedCheckpoint[]> {
  const steps = await readCheckpointSteps(cwd);
  const current = standingCheckpoints(steps).at(-1);
  const inForce = await readIfThere(cwd, tunedFile);
  const listed = await Promise.all(
    (await checkpointNames(cwd)).map(async (name): Promise<ListedCheckpoint> => {
      const applied = steps.findLast((step) => step.did === "apply" && step.name === name);
      const text = await readIfThere(cwd, checkpointFile(name));
      return {
        name,
        ...(applied === undefined ? {} : { appliedAt: applied.at }),
        isCurrent: name === current && text === inForce,
        ...contentOf(text ?? "", checkpointFile(name)),
      };
    }),
  );
  return listed.toSorted((a, b) => ((a.appliedAt ?? "") < (b.appliedAt ?? "") ? 1 : -1));
}

function contentOf(text: string, file: string): Pick<ListedCheckpoint, "tuned" | "problem"> {
  try {
    return { tuned: parseTunedConfig(text, file) };
  } catch (error) {
    return { problem: messageOf(error).split("\n")[0] ?? "" };
  }
}
