import type { MatrixAxis } from "./scenario.ts";

/** All cells of a matrix, each as the index of its level on each axis; the last axis turns fastest. */
export function crossLevels(axes: readonly Pick<MatrixAxis, "levels">[]): readonly (readonly number[])[] {
  return axes.reduce<readonly (readonly number[])[]>(
    (cells, { levels }) => cells.flatMap((cell) => levels.map((_, level) => [...cell, level])),
    [[]],
  );
}
