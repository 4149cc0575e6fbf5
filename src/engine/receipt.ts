import type { Receipt } from "./engine.ts";
import type { AppendTarget, Whereabouts } from "./fallback.ts";
import type { Commit } from "./group-commit.ts";
import type { AckLevel } from "./store.ts";

/** Raises a commit to a level. An empty batch is a barrier: at its level, everything before it is stored. */
export async function raise(commit: Commit, level: AckLevel, target: AppendTarget): Promise<void> {
  const raised = await target.append([], level);
  if (typeof raised === "string") commit.level = level;
  else commit.diverted = raised;
}

/** What holds for the events of a commit now. */
export function levelOf(commit: Commit | undefined): AckLevel {
  return commit?.diverted?.level ?? commit?.level ?? "accepted";
}

/** Where the events of a commit are. */
export function atOf(commit: Commit | undefined): Whereabouts {
  if (commit === undefined) return "memory";
  return commit.diverted?.at ?? "store";
}

/** What the publisher of one of them hears. */
export function receiptOf(
  id: string,
  commit: Commit | undefined,
  index: number,
  duplicate: boolean,
): Receipt {
  const entry = commit?.entry;
  return {
    id,
    level: levelOf(commit),
    at: atOf(commit),
    position: entry === undefined ? undefined : { entry, index },
    duplicate,
  };
}
