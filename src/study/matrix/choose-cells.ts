import { DynoError } from "../../base/errors.ts";
import { near } from "../../base/report.ts";
import type { MatrixAxis, MatrixSpec } from "../../scenario/scenario.ts";
import { type PlannedCell, planCells } from "./cell.ts";

/**
 * The cells of a matrix that every axis named in `only` (`store=redis`) lets through; several values of one axis let
 * each of them through. Throws a DynoError `usage` where there is no such axis or value.
 */
export function chooseCells(matrix: MatrixSpec, only: readonly string[]): readonly PlannedCell[] {
  const allowed = new Map<number, number[]>();
  for (const choice of only) {
    const { axis, level } = parseChoice(choice, matrix.axes);
    allowed.set(axis, [...(allowed.get(axis) ?? []), level]);
  }
  return planCells(matrix).filter(({ levels }) =>
    levels.every((level, axis) => allowed.get(axis)?.includes(level) ?? true),
  );
}

function parseChoice(choice: string, axes: readonly MatrixAxis[]): { axis: number; level: number } {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(choice) ?? [];
  if (name === undefined || value === undefined) {
    const example = `${axes[0]?.name}=${axes[0]?.levels[0]?.text}`;
    throw new DynoError(
      "usage",
      `--only ${choice}: expected a setting and one of its values, such as ${example}`,
    );
  }
  const names = axes.map((axis) => axis.name);
  const axis = names.indexOf(name);
  if (axis < 0) throw unknown(choice, `the matrix does not cross ${name}`, name, names);
  const texts = axes[axis]?.levels.map(({ text }) => text) ?? [];
  const level = texts.findIndex((text) =>
    [value, JSON.stringify(value)].map(squeeze).includes(squeeze(text)),
  );
  if (level < 0) throw unknown(choice, `${name} is never ${value}`, value, texts);
  return { axis, level };
}

/** `4 KB` and `4KB` are the same to a user. */
function squeeze(text: string): string {
  return text.replaceAll(/\s/g, "");
}

function unknown(choice: string, what: string, word: string, known: readonly string[]): DynoError {
  const { hint } = near(word, known);
  const mend = hint === undefined ? "" : `; ${hint}`;
  return new DynoError("usage", `--only ${choice}: ${what}; there are ${known.join(", ")}${mend}`);
}
