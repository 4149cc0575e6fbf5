/** The parameters of the Universal Scalability Law. */
export interface ScalabilityParameters {
  /** Throughput of one. Above 0. */
  readonly lambda: number;
  /** Contention; at least 0. */
  readonly sigma: number;
  /** Coherency; at least 0. */
  readonly kappa: number;
}

/** Throughput at a number of clients. */
export interface ScalabilityPoint {
  /** At least 1. */
  readonly clients: number;
  /** Above 0. */
  readonly perSec: number;
}

/**
 * The Universal Scalability Law, X(N) = lambda N / (1 + sigma (N - 1) + kappa N (N - 1)) (Gunther, "Guerrilla Capacity
 * Planning", 2007, chapter 4).
 */
export function scalabilityAt({ lambda, sigma, kappa }: ScalabilityParameters, clients: number): number {
  return (lambda * clients) / (1 + sigma * (clients - 1) + kappa * clients * (clients - 1));
}

/** Where the law is greatest: sqrt((1 - sigma) / kappa). Infinite where kappa is 0. */
export function scalabilityPeak({ sigma, kappa }: ScalabilityParameters): number {
  return kappa > 0 ? Math.max(1, Math.sqrt(Math.max(0, 1 - sigma) / kappa)) : Number.POSITIVE_INFINITY;
}

/**
 * Fits the law, sigma and kappa at least 0, by the least squares of what a client's share N / X is off relative to itself.
 * In that form the law is a line of three terms, so there is one best fit, found without a start; relative errors are, to
 * first order, those of throughput. Undefined with fewer than three numbers of clients.
 */
export function fitScalability(points: readonly ScalabilityPoint[]): ScalabilityParameters | undefined {
  if (new Set(points.map(({ clients }) => clients)).size < 3) return undefined;
  const rows = points.map(({ clients, perSec }) => {
    // Divided by N / X, so that each row's aim is 1 and its error relative.
    const weight = perSec / clients;
    return [weight, weight * (clients - 1), weight * clients * (clients - 1)];
  });
  // With two constraints, the best of the four ways to hold them is the best of all.
  const ways = [[0, 1, 2], [0, 1], [0, 2], [0]].map((free) => leastSquares(rows, free));
  const [best] = ways.filter((way) => way !== undefined).toSorted((a, b) => a.loss - b.loss);
  if (best === undefined) return undefined;
  const [unit = 1, sigma = 0, kappa = 0] = best.terms;
  return { lambda: 1 / unit, sigma: sigma / unit, kappa: kappa / unit };
}

/** Terms with row . terms near 1, all but the free ones 0. Undefined where one is below 0, or nothing is determined. */
function leastSquares(
  rows: readonly (readonly number[])[],
  free: readonly number[],
): { readonly terms: readonly number[]; readonly loss: number } | undefined {
  // Scaled to like sizes, since N (N - 1) grows fast.
  const sizes = free.map((term) => Math.hypot(...rows.map((row) => row[term] ?? 0)));
  const columns = free.map((term, i) => rows.map((row) => (row[term] ?? 0) / (sizes[i] ?? 1)));
  const normal = columns.map((a) => [
    ...columns.map((b) => a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0)),
    a.reduce((sum, x) => sum + x, 0),
  ]);
  const solved = solve(normal);
  if (solved === undefined) return undefined;
  const terms = [0, 0, 0];
  for (const [i, term] of free.entries()) terms[term] = (solved[i] ?? 0) / (sizes[i] ?? 1);
  if (terms.some((value) => !(value >= 0)) || !((terms[0] ?? 0) > 0)) return undefined;
  const loss = rows.reduce(
    (sum, row) => sum + (1 - row.reduce((all, x, i) => all + x * (terms[i] ?? 0), 0)) ** 2,
    0,
  );
  return { terms, loss };
}

/** Gauss's elimination with pivots, of rows that end with their right side. Undefined where it is singular. */
function solve(rows: readonly (readonly number[])[]): readonly number[] | undefined {
  const left = rows.map((row) => [...row]);
  const size = left.length;
  for (let column = 0; column < size; column++) {
    const order = left.slice(column).toSorted((a, b) => Math.abs(b[column] ?? 0) - Math.abs(a[column] ?? 0));
    left.splice(column, size - column, ...order);
    const pivot = left[column] ?? [];
    const head = pivot[column] ?? 0;
    if (Math.abs(head) < 1e-12) return undefined;
    for (const [i, row] of left.entries()) {
      if (i === column) continue;
      const factor = (row[column] ?? 0) / head;
      left[i] = row.map((x, j) => x - factor * (pivot[j] ?? 0));
    }
  }
  return left.map((row, i) => (row[size] ?? 0) / (row[i] ?? 1));
}
