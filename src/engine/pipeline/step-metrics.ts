/** Upper bounds of the time buckets, in microseconds; above the last there is one more without a bound. */
export const stepBucketMicros: readonly number[] = [
  100, 250, 500, 1000, 2500, 5000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1e6, 2.5e6, 5e6, 1e7,
  3e7, 6e7,
];

/** What has been counted of one step since the process began. */
export interface StepMetrics {
  readonly pipeline: string;
  readonly step: string;
  /** Attempts that ended well. */
  readonly succeeded: number;
  /** Attempts that failed. */
  readonly failed: number;
  /** Attempts after the first. */
  readonly retries: number;
  readonly skipped: number;
  /** Of all attempts that ended, in microseconds. */
  readonly totalMicros: number;
  /** Attempts by time, one count for each of `stepBucketMicros` and one for what took longer. Not cumulative. */
  readonly buckets: readonly number[];
}

/** Counts what one step does. */
export interface StepMeter {
  succeeded(tookMicros: number): void;
  failed(tookMicros: number): void;
  retried(): void;
  skipped(): void;
  snapshot(): StepMetrics;
}

/** Creates a meter at zero. */
export function createStepMeter(pipeline: string, step: string): StepMeter {
  const buckets = new Array<number>(stepBucketMicros.length + 1).fill(0);
  let succeeded = 0;
  let failed = 0;
  let retries = 0;
  let skipped = 0;
  let totalMicros = 0;
  const took = (micros: number): void => {
    totalMicros += micros;
    let bucket = 0;
    while (micros > (stepBucketMicros[bucket] ?? Number.POSITIVE_INFINITY)) bucket++;
    buckets[bucket] = (buckets[bucket] ?? 0) + 1;
  };
  return {
    succeeded: (micros) => {
      succeeded++;
      took(micros);
    },
    failed: (micros) => {
      failed++;
      took(micros);
    },
    retried: () => {
      retries++;
    },
    skipped: () => {
      skipped++;
    },
    snapshot: () => ({
      pipeline,
      step,
      succeeded,
      failed,
      retries,
      skipped,
      totalMicros,
      buckets: [...buckets],
    }),
  };
}
