import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { DynoError, messageOf } from "../base/errors.ts";
import { readJson } from "../base/json.ts";
import { writeWhole } from "../base/write-whole.ts";

/** The folder of checkpoints. */
export const checkpointDir = "checkpoints";

const historyFile = join(checkpointDir, "history.ndjson");

/** One step of the settings in ./tuned.yaml. */
export interface CheckpointStep {
  /** In ISO 8601. */
  readonly at: string;
  /** `apply`: they became those of `name`. `back`: they became again what they had been before. */
  readonly did: "apply" | "back";
  /** The checkpoint that held afterwards; null: the scenario's own settings. */
  readonly name: string | null;
  /** Where the next way back leads; null: to the scenario's own settings. */
  readonly previous: string | null;
}

/** Every step that was recorded in a folder. Throws a DynoError `usage` for a line that is none, with its place. */
export async function readCheckpointSteps(cwd: string): Promise<readonly CheckpointStep[]> {
  const lines = (await textOf(cwd)).split("\n");
  return lines.flatMap((line, i) => (line.trim() === "" ? [] : [readStep(line, `${historyFile}:${i + 1}`)]));
}

/** The checkpoints that hold one over the other: the last one is in ./tuned.yaml, and a way back takes it off. */
export function standingCheckpoints(steps: readonly CheckpointStep[]): readonly string[] {
  const standing: string[] = [];
  for (const { did, name } of steps) {
    if (did === "back") standing.pop();
    else if (name !== null) standing.push(name);
  }
  return standing;
}

/** Records that a checkpoint was applied, or with `back` that the last one was taken off. Gives all steps. */
export async function recordStep(
  cwd: string,
  steps: readonly CheckpointStep[],
  step: { readonly apply: string } | { readonly back: true },
  at: Date,
): Promise<readonly CheckpointStep[]> {
  const before = standingCheckpoints(steps);
  const after = "apply" in step ? [...before, step.apply] : before.slice(0, -1);
  const made: CheckpointStep = {
    at: at.toISOString(),
    did: "apply" in step ? "apply" : "back",
    name: after.at(-1) ?? null,
    previous: after.at(-2) ?? null,
  };
  const all = [...steps, made];
  await writeWhole(join(cwd, historyFile), all.map((one) => `${JSON.stringify(one)}\n`).join(""));
  return all;
}

async function textOf(cwd: string): Promise<string> {
  try {
    return await readFile(join(cwd, historyFile), "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw new DynoError("usage", `${historyFile} cannot be read: ${messageOf(cause)}`, { cause });
  }
}

function readStep(line: string, where: string): CheckpointStep {
  const { value, problem } = { value: undefined, problem: undefined, ...readJson(line) };
  if (isStep(value)) return value;
  const why = problem === undefined ? "is no step of checkpoints" : problem.message;
  throw new DynoError("usage", `${where}: the line ${why}; mend it or take it out`);
}

function isStep(value: unknown): value is CheckpointStep {
  if (typeof value !== "object" || value === null) return false;
  const { at, did, name, previous } = value as Partial<Record<keyof CheckpointStep, unknown>>;
  const isName = (one: unknown): boolean => one === null || typeof one === "string";
  return typeof at === "string" && (did === "apply" || did === "back") && isName(name) && isName(previous);
}
