/**
 * The lower triangle of a symmetric matrix, row by row: entry (i, j), j <= i, is at i (i + 1) / 2 + j. A factor L is laid
 * out likewise.
 */
export type Triangle = Float64Array;

/** How many entries the triangle of a matrix of so many rows has. */
export function triangleLength(rows: number): number {
  return (rows * (rows + 1)) / 2;
}

/**
 * Turns a matrix A into the factor L with A = L L' in its place, row by row (Golub and Van Loan, Matrix Computations,
 * 4.2.9). Gives false where A is not positive definite, and leaves it half done.
 */
export function factorize(matrix: Triangle, rows: number): boolean {
  for (let i = 0; i < rows; i++) {
    const row = triangleLength(i);
    for (let j = 0; j <= i; j++) {
      const other = triangleLength(j);
      let rest = matrix[row + j] ?? 0;
      for (let k = 0; k < j; k++) rest -= (matrix[row + k] ?? 0) * (matrix[other + k] ?? 0);
      if (j < i) matrix[row + j] = rest / (matrix[other + j] ?? 1);
      else if (rest > 0) matrix[row + j] = Math.sqrt(rest);
      else return false;
    }
  }
  return true;
}

/** Turns b into the x with L x = b, in its place; entries of b before `first` are 0. */
export function solveLower(factor: Triangle, vector: Float64Array, rows: number, first = 0): void {
  for (let i = first; i < rows; i++) {
    const row = triangleLength(i);
    let rest = vector[i] ?? 0;
    for (let k = first; k < i; k++) rest -= (factor[row + k] ?? 0) * (vector[k] ?? 0);
    vector[i] = rest / (factor[row + i] ?? 1);
  }
}

/** Turns b into the x with L' x = b, in its place. */
export function solveUpper(factor: Triangle, vector: Float64Array, rows: number): void {
  for (let i = rows - 1; i >= 0; i--) {
    const row = triangleLength(i);
    const solved = (vector[i] ?? 0) / (factor[row + i] ?? 1);
    vector[i] = solved;
    for (let k = 0; k < i; k++) vector[k] = (vector[k] ?? 0) - (factor[row + k] ?? 0) * solved;
  }
}

/** The diagonal of the inverse of A = L L'. */
export function inverseDiagonal(factor: Triangle, rows: number): Float64Array {
  const diagonal = new Float64Array(rows);
  const column = new Float64Array(rows);
  for (let j = 0; j < rows; j++) {
    column.fill(0);
    column[j] = 1;
    solveLower(factor, column, rows, j);
    let sum = 0;
    for (let i = j; i < rows; i++) sum += (column[i] ?? 0) ** 2;
    diagonal[j] = sum;
  }
  return diagonal;
}
