import type { Colours } from "../publish/terminal/symbols.ts";
import { renderTable } from "../publish/terminal/table.ts";
import type { TunedFile } from "../scenario/tuned-file.ts";
import { checkpointFile, editedPrefix, type ListedCheckpoint, tunedFile } from "./checkpoint-folder.ts";
import type { Applied, RolledBack } from "./checkpoints.ts";

/** What was applied, in lines of plain words. */
export function appliedText({ name, tuned, previous, kept }: Applied): string {
  const back = previous === undefined ? `${tuned.scenario.name}'s own settings` : previous;
  return lines([
    ...keptLines(kept),
    `applied ${name} (${checkpointFile(name)}): ${tunedFile} holds it, for --config ${tunedFile}`,
    `dyno rollback goes back to ${back}`,
  ]);
}

/** What a way back led to, in lines of plain words. */
export function rolledBackText({ to, from, kept }: RolledBack): string {
  if (to === undefined) {
    return lines([
      ...keptLines(kept),
      `rolled back from ${from}: there is nothing before it, so ${tunedFile} sets nothing, and the scenario has its own settings`,
    ]);
  }
  const told = claimOf(to.name, to.tuned);
  const claim = told === "" ? "" : `: ${told}`;
  const way = from === undefined ? "" : ` from ${from}`;
  const what = from === to.name ? `${to.name} is in force already` : `rolled back${way} to ${to.name}`;
  return lines([...keptLines(kept), `${what}, for ${to.tuned.scenario.name}${claim}`]);
}

function keptLines(kept: string | undefined): string[] {
  return kept === undefined
    ? []
    : [`${tunedFile} had been edited; the edit is kept as ${kept} (${checkpointFile(kept)})`];
}

/** What was proven of a checkpoint. An edit keeps the words of what was edited, and nobody has measured it. */
function claimOf(name: string, tuned: TunedFile | undefined): string {
  return name.startsWith(editedPrefix) ? "edited by hand: nothing is proven of it" : (tuned?.claim ?? "");
}

function lines(all: readonly string[]): string {
  return all.map((line) => `${line}\n`).join("");
}

/** Checkpoints as a table, the current one marked; those that cannot be used say why. */
export function checkpointTable(listed: readonly ListedCheckpoint[], colours: Colours): string {
  const rows = listed.map(({ name, appliedAt, isCurrent, tuned, problem }) => [
    `${isCurrent ? colours.green("●") : colours.dim("○")} ${name}`,
    appliedAt === undefined ? "never" : appliedAt.slice(0, 16).replace("T", " "),
    tuned?.scenario.name ?? "",
    problem === undefined ? claimOf(name, tuned) : colours.red(problem),
  ]);
  const holds = listed.some(({ isCurrent }) => isCurrent)
    ? `● in ${tunedFile}`
    : `${tunedFile} holds none of them`;
  const key = colours.dim(`  ${holds}; times are UTC`);
  return `${renderTable(["checkpoint", "applied", "scenario", "claim"], 9, rows, colours)}\n\n${key}\n`;
}
