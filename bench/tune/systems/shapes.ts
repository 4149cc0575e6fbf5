/**
 * How much longer an operation takes where its server is busy for such a share of the time: 1 / (1 - share), as in M/M/1.
 * From 0.95 on the backlog grows as long as the measurement lasts: up to 200 times.
 */
export function waiting(busy: number): number {
  return busy < 0.95 ? 1 / (1 - busy) : Math.min(200, 20 * Math.exp(6 * (busy - 0.95)));
}

/**
 * How many of some workers' work gets done, where they wait for one another: the universal scalability law (Gunther,
 * 1993) with contention `alpha` and coherency `beta`.
 */
export function scaledWorkers(workers: number, alpha: number, beta: number): number {
  return workers / (1 + alpha * (workers - 1) + beta * workers * (workers - 1));
}

/** From 0 far below the edge to 1 far above it (the logistic function): 0.12 and 0.88 at one width from it. */
export function cliff(value: number, edge: number, width: number): number {
  return 1 / (1 + Math.exp(-(2 * (value - edge)) / width));
}

/** The squared distance from a centre, each coordinate with its weight. */
export function bowl(at: ArrayLike<number>, centre: readonly number[], weights: readonly number[]): number {
  return centre.reduce((sum, middle, i) => sum + (weights[i] ?? 0) * ((at[i] ?? 0) - middle) ** 2, 0);
}

/** By how far an error rate misses a limit, as ln of a ratio that a rate of 0 does not take to infinity. */
export function errorMiss(rate: number, limit: number): number {
  return Math.log((rate + 0.1 * limit) / (1.1 * limit));
}
