import type { MatrixAxis, MatrixSpec } from "./scenario.ts";

/** All cells of a matrix, each as the index of its level on each axis; the last axis turns fastest. */
export function crossLevels(axes: readonly Pick<MatrixAxis, "levels">[]): readonly (readonly number[])[] {
  return axes.reduce<readonly (readonly number[])[]>(
    (cells, { levels }) => cells.flatMap((cell) => levels.map((_, level) => [...cell, level])),
    [[]],
  );
}

/** A matrix in words: `store x payload, 6 cells, 3 rounds`. */
export function describeMatrix({ axes, rounds }: MatrixSpec): string {
  const names = axes.map(({ name }) => name).join(" x ");
  return `${names}, ${crossLevels(axes).length} cells, ${rounds} ${rounds === 1 ? "round" : "rounds"}`;
}
