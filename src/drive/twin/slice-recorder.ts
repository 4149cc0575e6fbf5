import { kindOf, messageOf } from "../../base/errors.ts";
import type { OperationSink } from "../../measure/recorder.ts";
import type { ErrorCount } from "../../measure/result.ts";
import { createHistogram, type LatencyHistogram } from "../../stats/histogram.ts";

/** What a slice saw. */
export interface SliceFigures {
  /** Without the lead-in. */
  readonly completed: number;
  readonly failed: number;
  /** With the lead-in: what CPU time is divided by. */
  readonly completedInAll: number;
  /** Microseconds for each operation, of one batch after the other; empty where none was completed. */
  readonly batchCosts: readonly number[];
  /** Milliseconds from the end of the lead-in to the last answer. */
  readonly measuredMs: number;
  readonly latencies: LatencyHistogram;
  readonly errors: readonly ErrorCount[];
}

/** Records one slice after the other. */
export interface SliceRecorder extends OperationSink {
  /** Forgets what was; the next slice counts from `leadMicros` to `endMicros`, in batches of so many answers. */
  begin(leadMicros: number, endMicros: number, batchOperations: number): void;
  /** What the slice saw; valid until the next one begins. */
  figures(): SliceFigures;
}

/** Creates a recorder. */
export function createSliceRecorder(): SliceRecorder {
  return new Slices();
}

/**
 * Latencies count for operations that were due after the lead-in. Costs are those of batches: the time in which so
 * many answers came, by their number. What does not fill a batch at the end of a slice counts where there is no other.
 */
class Slices implements SliceRecorder {
  readonly #latencies = createHistogram();
  readonly #errors = new Map<string, ErrorCount>();
  #leadMicros = 0;
  #endMicros = 0;
  #batchOperations = 1;
  #inAll = 0;
  #completed = 0;
  #failed = 0;
  #batchCosts: number[] = [];
  #inBatch = 0;
  #fromMicros = 0;
  #lastMicros = 0;
  #answeredMicros = 0;

  begin(leadMicros: number, endMicros: number, batchOperations: number): void {
    this.#batchOperations = batchOperations;
    this.#answeredMicros = leadMicros;
    this.#leadMicros = leadMicros;
    this.#endMicros = endMicros;
    this.#latencies.reset();
    this.#errors.clear();
    this.#inAll = 0;
    this.#completed = 0;
    this.#failed = 0;
    this.#batchCosts = [];
    this.#inBatch = 0;
    this.#fromMicros = leadMicros;
    this.#lastMicros = leadMicros;
  }

  sent(): void {
    // Nothing is asked of when operations were sent.
  }

  success(dueMicros: number, _sentMicros: number, doneMicros: number): void {
    this.#inAll++;
    this.#answeredMicros = doneMicros;
    if (dueMicros >= this.#leadMicros) {
      this.#completed++;
      this.#latencies.record(doneMicros - dueMicros);
    }
    if (doneMicros <= this.#leadMicros) this.#fromMicros = doneMicros;
    else if (doneMicros <= this.#endMicros) this.#countInBatch(1, doneMicros);
  }

  successes(count: number, sentMicros: number, doneMicros: number): void {
    this.#inAll += count;
    this.#answeredMicros = doneMicros;
    if (sentMicros >= this.#leadMicros) {
      this.#completed += count;
      this.#latencies.record((doneMicros - sentMicros) / count);
    }
    if (doneMicros <= this.#leadMicros) this.#fromMicros = doneMicros;
    else if (doneMicros <= this.#endMicros) this.#countInBatch(count, doneMicros);
  }

  #countInBatch(count: number, doneMicros: number): void {
    this.#inBatch += count;
    this.#lastMicros = doneMicros;
    if (this.#inBatch >= this.#batchOperations) this.#endBatch();
  }

  #endBatch(): void {
    const spanMicros = this.#lastMicros - this.#fromMicros;
    if (this.#inBatch === 0 || spanMicros <= 0) return;
    this.#batchCosts.push(spanMicros / this.#inBatch);
    this.#inBatch = 0;
    this.#fromMicros = this.#lastMicros;
  }

  failure(dueMicros: number, _sentMicros: number, doneMicros: number, error: unknown): void {
    if (dueMicros < this.#leadMicros) return;
    this.#count(kindOf(error), 1, doneMicros, () => messageOf(error));
  }

  unanswered(count: number, nowMicros: number): void {
    if (count > 0)
      this.#count("timeout", count, nowMicros, () => "no answer before the end of the drain time");
  }

  #count(kind: string, count: number, atMicros: number, sample: () => string): void {
    const known = this.#errors.get(kind) ?? { kind, count: 0, sample: sample(), firstAtMs: atMicros / 1000 };
    this.#errors.set(kind, { ...known, count: known.count + count });
    this.#failed += count;
  }

  figures(): SliceFigures {
    if (this.#batchCosts.length === 0) this.#endBatch();
    return {
      completed: this.#completed,
      failed: this.#failed,
      completedInAll: this.#inAll,
      batchCosts: this.#batchCosts,
      measuredMs: Math.max(0, this.#answeredMicros - this.#leadMicros) / 1000,
      latencies: this.#latencies,
      errors: [...this.#errors.values()],
    };
  }
}
