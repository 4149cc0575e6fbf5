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
  /** Microseconds for each operation; undefined where none was completed. */
  readonly costMicros: number | undefined;
  /** Milliseconds that the cost was measured over. */
  readonly measuredMs: number;
  readonly latencies: LatencyHistogram;
  readonly errors: readonly ErrorCount[];
}

/** Records one slice after the other. */
export interface SliceRecorder extends OperationSink {
  /** Forgets what was; the next slice counts from `leadMicros` to `endMicros`. */
  begin(leadMicros: number, endMicros: number): void;
  /** What the slice saw; valid until the next one begins. */
  figures(): SliceFigures;
}

/** Creates a recorder. */
export function createSliceRecorder(): SliceRecorder {
  return new Slices();
}

/**
 * Latencies count for operations that were due after the lead-in. The cost is the time from the last answer before the end
 * of the lead-in to the last answer in the slice, by the answers between: answers come in bursts, and a window cut
 * through a burst would count a part of it.
 */
class Slices implements SliceRecorder {
  readonly #latencies = createHistogram();
  readonly #errors = new Map<string, ErrorCount>();
  #leadMicros = 0;
  #endMicros = 0;
  #inAll = 0;
  #failed = 0;
  #inWindow = 0;
  #fromMicros = 0;
  #lastMicros = 0;

  begin(leadMicros: number, endMicros: number): void {
    this.#leadMicros = leadMicros;
    this.#endMicros = endMicros;
    this.#latencies.reset();
    this.#errors.clear();
    this.#inAll = 0;
    this.#failed = 0;
    this.#inWindow = 0;
    this.#fromMicros = leadMicros;
    this.#lastMicros = leadMicros;
  }

  sent(): void {
    // Nothing is asked of when operations were sent.
  }

  success(dueMicros: number, _sentMicros: number, doneMicros: number): void {
    this.#inAll++;
    if (dueMicros >= this.#leadMicros) this.#latencies.record(doneMicros - dueMicros);
    if (doneMicros <= this.#leadMicros) {
      this.#fromMicros = doneMicros;
      this.#lastMicros = doneMicros;
    } else if (doneMicros <= this.#endMicros) {
      this.#inWindow++;
      this.#lastMicros = doneMicros;
    }
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
    const spanMicros = this.#lastMicros - this.#fromMicros;
    return {
      completed: this.#latencies.count,
      failed: this.#failed,
      completedInAll: this.#inAll,
      costMicros: this.#inWindow > 0 && spanMicros > 0 ? spanMicros / this.#inWindow : undefined,
      measuredMs: spanMicros / 1000,
      latencies: this.#latencies,
      errors: [...this.#errors.values()],
    };
  }
}
