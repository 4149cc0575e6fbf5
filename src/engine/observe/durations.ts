/** Upper edges of duration histograms in seconds: powers of the cube root of ten, from 10 µs to 10 s. */
export const durationEdges: readonly number[] = Array.from({ length: 19 }, (_, i) =>
  Number((10 ** (i / 3 - 5)).toPrecision(4)),
);

/** Durations by the edges that they do not exceed. */
export interface Durations {
  record(micros: number): void;
  /** For each edge, how many were at most as long. */
  atOrBelow(): number[];
  readonly count: number;
  readonly sumSeconds: number;
}

/** Creates an empty set of counts: recording is a search among 19 edges, where prom-client's `observe` takes half a microsecond. */
export function createDurations(): Durations {
  const counts = new Float64Array(durationEdges.length + 1);
  let count = 0;
  let sumSeconds = 0;
  return {
    record: (micros) => {
      const seconds = micros / 1e6;
      let low = 0;
      let high = durationEdges.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((durationEdges[middle] ?? 0) < seconds) low = middle + 1;
        else high = middle;
      }
      counts[low] = (counts[low] ?? 0) + 1;
      count++;
      sumSeconds += seconds;
    },
    atOrBelow: () => {
      let total = 0;
      return durationEdges.map((_, i) => {
        total += counts[i] ?? 0;
        return total;
      });
    },
    get count() {
      return count;
    },
    get sumSeconds() {
      return sumSeconds;
    },
  };
}
