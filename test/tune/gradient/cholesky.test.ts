import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  factorize,
  inverseDiagonal,
  solveLower,
  solveUpper,
  triangleLength,
} from "../../../src/tune/search/gradient/surrogate/cholesky.ts";

/** A matrix that is positive definite: B B' + I, with its entries by (i, j). */
const matrices = fc.integer({ min: 1, max: 8 }).chain((rows) =>
  fc
    .array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: rows * rows, maxLength: rows * rows })
    .map((entries) => {
      const b = (i: number, j: number): number => entries[i * rows + j] ?? 0;
      const full = Array.from({ length: rows }, (_, i) =>
        Array.from({ length: rows }, (_, j) => {
          let sum = i === j ? 1 : 0;
          for (let k = 0; k < rows; k++) sum += b(i, k) * b(j, k);
          return sum;
        }),
      );
      return { rows, full, packed: Float64Array.from(full.flatMap((row, i) => row.slice(0, i + 1))) };
    }),
);

describe("the Cholesky factor", () => {
  test("times its transpose is the matrix", () => {
    fc.assert(
      fc.property(matrices, ({ rows, full, packed }) => {
        const factor = packed.slice();
        expect(factorize(factor, rows)).toBe(true);
        const entry = (i: number, j: number): number => (j > i ? 0 : (factor[triangleLength(i) + j] ?? 0));
        for (let i = 0; i < rows; i++) {
          for (let j = 0; j < rows; j++) {
            let product = 0;
            for (let k = 0; k < rows; k++) product += entry(i, k) * entry(j, k);
            expect(product).toBeCloseTo(full[i]?.[j] ?? 0, 9);
          }
        }
      }),
    );
  });

  test("solves the system, and gives the inverse's diagonal", () => {
    fc.assert(
      fc.property(matrices, ({ rows, full, packed }) => {
        const factor = packed.slice();
        factorize(factor, rows);
        const wanted = Float64Array.from({ length: rows }, (_, i) => Math.sin(i + 1));
        const solved = Float64Array.from(full, (row) =>
          row.reduce((sum, entry, j) => sum + entry * (wanted[j] ?? 0), 0),
        );
        solveLower(factor, solved, rows);
        solveUpper(factor, solved, rows);
        solved.forEach((value, i) => {
          expect(value).toBeCloseTo(wanted[i] ?? 0, 7);
        });
        inverseDiagonal(factor, rows).forEach((value, i) => {
          const column = new Float64Array(rows).fill(1, i, i + 1);
          solveLower(factor, column, rows);
          solveUpper(factor, column, rows);
          expect(value).toBeCloseTo(column[i] ?? 0, 9);
        });
      }),
    );
  });

  test("does not exist where the matrix is not positive definite", () => {
    expect(factorize(Float64Array.of(1, 2, 1), 2)).toBe(false);
    expect(factorize(Float64Array.of(0), 1)).toBe(false);
  });
});
