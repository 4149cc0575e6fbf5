import type { Report } from "../base/report.ts";
import type { Path, Problem } from "../base/yaml.ts";
import { crossLevels } from "./matrix-cells.ts";
import type { Override } from "./overrides.ts";
import type { MatrixAxis } from "./scenario.ts";

/** An axis of a matrix, and where it stands in the file. */
export interface AxisSite extends MatrixAxis {
  readonly key: string;
  /** The setting. */
  readonly path: Path;
  readonly valuesAt: Path;
}

/** What is wrong with each cell. */
interface CellProblems {
  readonly levels: readonly number[];
  readonly problems: readonly Problem[];
}

/** Refuses the values that work in no cell. `problemsWith` finds what is wrong with the scenario under some settings. */
export function checkCells(
  axes: readonly AxisSite[],
  problemsWith: (overrides: readonly Override[]) => readonly Problem[],
  refuse: Report,
): void {
  const cells = crossLevels(axes).map((levels) => {
    const overrides = axes.flatMap((axis, i) => axis.levels[levels[i] ?? 0]?.overrides ?? []);
    return { levels, problems: problemsWith(overrides) };
  });
  // A value that is wrong by itself takes others with it, which are right.
  const wrong = axes.map((axis, i) => blamesOf(axis, i, cells, true));
  const isKnown = wrong.some((blames) => blames.length > 0);
  for (const [i, axis] of axes.entries()) {
    refuseValues(axis, (isKnown ? wrong[i] : undefined) ?? blamesOf(axis, i, cells, false), refuse);
  }
}

/** A value that works in no cell, and what is wrong in the first of them. */
interface Blame {
  readonly level: number;
  readonly problem: Problem;
  readonly message: string;
}

/** `isOwn`: only what is wrong with the very setting that the axis changes. */
function blamesOf({ levels }: AxisSite, i: number, cells: readonly CellProblems[], isOwn: boolean): Blame[] {
  return levels.flatMap(({ overrides }, level) => {
    const label = overrides[0]?.label;
    const those = cells
      .filter((cell) => cell.levels[i] === level)
      .map(({ problems }) => problems.filter(({ file }) => !isOwn || file === label));
    const problem = those.every((problems) => problems.length > 0) ? those[0]?.[0] : undefined;
    if (problem === undefined) return [];
    const where = problem.file === label ? "" : `with it, ${problem.path}: `;
    return [{ level, problem, message: `${where}${problem.message}` }];
  });
}

/** Each value at its place; what is wrong with all of them alike is wrong with the setting. */
function refuseValues({ levels, valuesAt }: AxisSite, blames: readonly Blame[], refuse: Report): void {
  const [first] = blames;
  const isAlike =
    blames.length === levels.length && blames.every(({ message }) => message === first?.message);
  for (const { level, problem, message } of isAlike ? blames.slice(0, 1) : blames) {
    const at = isAlike
      ? { path: valuesAt.slice(0, 2), part: "key" as const }
      : { path: [...valuesAt, level] };
    refuse({ ...at, message, ...(problem.hint === undefined ? {} : { hint: problem.hint }) });
  }
}
