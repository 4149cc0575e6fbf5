import { kindOf, messageOf } from "../base/errors.ts";
import { createHistogram, type LatencyHistogram } from "../stats/histogram.ts";
import { heatOf } from "./heat.ts";
import type { ErrorCount } from "./result.ts";

/** What one stretch of time saw; latencies in microseconds, NaN-free: 0 where nothing was completed. */
export interface IntervalFigures {
  readonly sent: number;
  readonly completed: number;
  readonly errors: Readonly<Record<string, number>>;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
  readonly lagP99: number;
  readonly heat: readonly (readonly [number, number])[];
  /** Median of sent to done, for judging whether a warm-up is steady. */
  readonly serviceP50: number;
}

/** Hears of every operation, where samples are asked for. Times in microseconds from the start of the phase. */
export type SampleSink = (
  dueMicros: number,
  sentMicros: number,
  doneMicros: number,
  errorKind: string,
) => void;

/** The three latencies of all operations of a phase, and what failed. */
export interface RecorderTotals {
  readonly sent: number;
  readonly completed: number;
  readonly failed: number;
  readonly errors: readonly ErrorCount[];
  readonly response: LatencyHistogram;
  readonly service: LatencyHistogram;
  readonly lag: LatencyHistogram;
  readonly failures: LatencyHistogram;
}

/** Hears of operations from a driver. All times are microseconds from the start of the phase. */
export interface OperationSink {
  sent(dueMicros: number, sentMicros: number): void;
  success(dueMicros: number, sentMicros: number, doneMicros: number): void;
  /**
   * So many operations that were sent one after the other in this time, without a pause, and succeeded. All are counted as
   * sent and as completed; the latency is their mean, recorded once, since no more was seen of it.
   */
  successes(count: number, sentMicros: number, doneMicros: number): void;
  failure(dueMicros: number, sentMicros: number, doneMicros: number, error: unknown): void;
  /** Operations that were sent and never answered. */
  unanswered(count: number, nowMicros: number): void;
}

/** Records the operations of one phase. */
export interface Recorder extends OperationSink {
  /** What happened since the last call. Without `countsLag`, its lag is left out of the totals. */
  takeInterval(options?: { readonly countsLag: boolean }): IntervalFigures;
  totals(): RecorderTotals;
}

/** Kinds of errors told apart; the rest is counted as `other`. */
const maxErrorKinds = 50;

/** Creates a recorder. In a closed loop nothing is ever due, so lag is not recorded. */
export function createRecorder({
  loop,
  sink,
}: {
  readonly loop: "open" | "closed";
  readonly sink?: SampleSink;
}): Recorder {
  return new PhaseRecorder(loop === "open", sink);
}

class PhaseRecorder implements Recorder {
  readonly #recordsLag: boolean;
  readonly #sink: SampleSink | undefined;
  readonly #response = createHistogram();
  readonly #service = createHistogram();
  readonly #lag = createHistogram();
  readonly #failures = createHistogram();
  // The hot path fills the interval's histograms; they are added to the totals when the interval ends.
  readonly #intervalResponse = createHistogram();
  readonly #intervalService = createHistogram();
  readonly #intervalLag = createHistogram();
  readonly #errors = new Map<string, ErrorCount>();
  #intervalErrors: Record<string, number> = {};
  #sent = 0;
  #sentBefore = 0;
  #completed = 0;
  #completedBefore = 0;
  #failed = 0;

  constructor(recordsLag: boolean, sink: SampleSink | undefined) {
    this.#recordsLag = recordsLag;
    this.#sink = sink;
  }

  sent(dueMicros: number, sentMicros: number): void {
    this.#sent++;
    if (this.#recordsLag) this.#intervalLag.record(sentMicros - dueMicros);
  }

  success(dueMicros: number, sentMicros: number, doneMicros: number): void {
    this.#completed++;
    this.#intervalResponse.record(doneMicros - dueMicros);
    if (this.#recordsLag) this.#intervalService.record(doneMicros - sentMicros);
    this.#sink?.(dueMicros, sentMicros, doneMicros, "");
  }

  successes(count: number, sentMicros: number, doneMicros: number): void {
    const meanMicros = (doneMicros - sentMicros) / count;
    this.#sent += count;
    this.#completed += count;
    this.#intervalResponse.record(meanMicros);
    if (this.#recordsLag) this.#intervalService.record(meanMicros);
    this.#sink?.(sentMicros, sentMicros, sentMicros + meanMicros, "");
  }

  failure(dueMicros: number, sentMicros: number, doneMicros: number, error: unknown): void {
    this.#failures.record(doneMicros - dueMicros);
    const kind = this.#count(kindOf(error), 1, doneMicros, () => messageOf(error));
    this.#sink?.(dueMicros, sentMicros, doneMicros, kind);
  }

  unanswered(count: number, nowMicros: number): void {
    if (count > 0)
      this.#count("timeout", count, nowMicros, () => "no answer before the end of the drain time");
  }

  #count(wanted: string, count: number, atMicros: number, sample: () => string): string {
    const kind = this.#errors.has(wanted) || this.#errors.size < maxErrorKinds ? wanted : "other";
    const known = this.#errors.get(kind) ?? { kind, count: 0, sample: sample(), firstAtMs: atMicros / 1000 };
    this.#errors.set(kind, { ...known, count: known.count + count });
    this.#intervalErrors[kind] = (this.#intervalErrors[kind] ?? 0) + count;
    this.#failed += count;
    return kind;
  }

  takeInterval({ countsLag } = { countsLag: true }): IntervalFigures {
    const response = this.#intervalResponse;
    const [p50 = 0, p90 = 0, p99 = 0, p999 = 0, max = 0] = response.quantiles([0.5, 0.9, 0.99, 0.999, 1]);
    const service = this.#recordsLag ? this.#intervalService : response;
    const figures: IntervalFigures = {
      sent: this.#sent - this.#sentBefore,
      completed: this.#completed - this.#completedBefore,
      errors: this.#intervalErrors,
      p50,
      p90,
      p99,
      p999,
      max,
      lagP99: this.#intervalLag.quantiles([0.99])[0] ?? 0,
      heat: heatOf(response),
      serviceP50: service.quantiles([0.5])[0] ?? 0,
    };
    this.#fold(countsLag);
    return figures;
  }

  #fold(countsLag = true): void {
    this.#response.add(this.#intervalResponse);
    this.#service.add(this.#recordsLag ? this.#intervalService : this.#intervalResponse);
    if (countsLag) this.#lag.add(this.#intervalLag);
    this.#intervalResponse.reset();
    this.#intervalService.reset();
    this.#intervalLag.reset();
    this.#intervalErrors = {};
    this.#sentBefore = this.#sent;
    this.#completedBefore = this.#completed;
  }

  totals(): RecorderTotals {
    this.#fold();
    return {
      sent: this.#sent,
      completed: this.#completed,
      failed: this.#failed,
      errors: [...this.#errors.values()],
      response: this.#response,
      service: this.#service,
      lag: this.#lag,
      failures: this.#failures,
    };
  }
}
