import {
  build,
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  type JsHistogram,
} from "hdr-histogram-js";
import { DynoError, messageOf } from "../base/errors.ts";

/**
 * A histogram of latencies from 1 ns to 1 hour with three significant digits, in microseconds at its edges.
 * Adding two of them gives the histogram of all their values.
 */
export interface LatencyHistogram {
  /** Counts one value in microseconds; below 1 ns counts as 0, above 1 hour as 1 hour. */
  record(micros: number): void;
  add(other: LatencyHistogram): void;
  /**
   * The smallest recorded value (microseconds) that at least a share `q` of all values do not exceed, to
   * within 0.1 %. `q` from 0 to 1. NaN where nothing was recorded.
   */
  quantile(q: number): number;
  /** Several quantiles, ascending, in one pass; empty where nothing was recorded. */
  quantiles(ascending: readonly number[]): number[];
  /** How many values are at most this many microseconds, to within one bucket. */
  countAtOrBelow(micros: number): number;
  /** The non-empty buckets from low to high: edges in microseconds (the upper one exclusive), and count. */
  buckets(): readonly Bucket[];
  readonly count: number;
  /** Microseconds; NaN where nothing was recorded. */
  readonly minMicros: number;
  readonly maxMicros: number;
  readonly meanMicros: number;
  /** HdrHistogram's V2 encoding in nanoseconds, compressed, in base64. */
  encode(): string;
  reset(): void;
}

/** One bucket of a histogram. */
export interface Bucket {
  readonly fromMicros: number;
  readonly toMicros: number;
  readonly count: number;
}

/**
 * The counts use HdrHistogram's own layout for three digits (Gil Tene, hdrhistogram.org): 2048 exact values,
 * then 1024 linear steps per power of two. Recording in a typed array costs about 15 ns, against 35 to 120 ns
 * through hdr-histogram-js, which does the encoding.
 */
const stepBits = 10;
const highestNanos = 3_600_000_000_000;
const bucketCount = indexOf(highestNanos) + 1;

/** Creates an empty histogram (about 135 kB). */
export function createHistogram(): LatencyHistogram {
  return new LogLinearHistogram();
}

/** Reads what `encode` wrote. Throws a DynoError `corrupt` on anything else. */
export function decodeHistogram(encoded: string): LatencyHistogram {
  let source: JsHistogram;
  try {
    source = decodeFromCompressedBase64(encoded, 32, false) as JsHistogram;
  } catch (cause) {
    throw new DynoError("corrupt", `a histogram cannot be decoded: ${messageOf(cause)}`, { cause });
  }
  if (source.numberOfSignificantValueDigits !== 3 || source.lowestDiscernibleValue !== 1) {
    throw new DynoError("corrupt", "a histogram has another precision than 3 digits from 1 ns");
  }
  const histogram = new LogLinearHistogram();
  const length = Math.min(source.countsArrayLength, bucketCount);
  for (let index = 0; index < length; index++) {
    const count = source.getCountAtIndex(index);
    if (count > 0) histogram.addAt(index, count);
  }
  return histogram;
}

class LogLinearHistogram implements LatencyHistogram {
  readonly #counts = new Uint32Array(bucketCount);
  #count = 0;
  #sumNanos = 0;
  #minNanos = Number.POSITIVE_INFINITY;
  #maxNanos = 0;

  record(micros: number): void {
    let nanos = Math.round(micros * 1000);
    if (!(nanos > 0)) nanos = 0;
    else if (nanos > highestNanos) nanos = highestNanos;
    const index = indexOf(nanos);
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#count++;
    this.#sumNanos += nanos;
    if (nanos < this.#minNanos) this.#minNanos = nanos;
    if (nanos > this.#maxNanos) this.#maxNanos = nanos;
  }

  add(other: LatencyHistogram): void {
    if (!(other instanceof LogLinearHistogram))
      throw new DynoError("internal", "cannot add a foreign histogram");
    const counts = other.#counts;
    const end = other.#used();
    for (let index = 0; index < end; index++) {
      const count = counts[index] ?? 0;
      if (count > 0) this.#counts[index] = (this.#counts[index] ?? 0) + count;
    }
    this.#count += other.#count;
    this.#sumNanos += other.#sumNanos;
    this.#minNanos = Math.min(this.#minNanos, other.#minNanos);
    this.#maxNanos = Math.max(this.#maxNanos, other.#maxNanos);
  }

  /** Adds a bucket that another layout of the same kind holds; its values count as the middle of the bucket. */
  addAt(index: number, count: number): void {
    this.#counts[index] = (this.#counts[index] ?? 0) + count;
    this.#count += count;
    const low = lowestAt(index);
    const high = lowestAt(index + 1) - 1;
    this.#sumNanos += ((low + high) / 2) * count;
    this.#minNanos = Math.min(this.#minNanos, low);
    this.#maxNanos = Math.max(this.#maxNanos, high);
  }

  quantile(q: number): number {
    return this.quantiles([q])[0] ?? Number.NaN;
  }

  quantiles(ascending: readonly number[]): number[] {
    if (this.#count === 0) return [];
    const found: number[] = [];
    let seen = 0;
    let index = -1;
    for (const q of ascending) {
      const rank = Math.min(this.#count, Math.max(1, Math.ceil(q * this.#count)));
      while (seen < rank) seen += this.#counts[++index] ?? 0;
      found.push(Math.min(lowestAt(index + 1) - 1, this.#maxNanos) / 1000);
    }
    return found;
  }

  countAtOrBelow(micros: number): number {
    if (!(micros >= 0)) return 0;
    const end = indexOf(Math.min(highestNanos, Math.round(micros * 1000)));
    let seen = 0;
    for (let index = 0; index <= end; index++) seen += this.#counts[index] ?? 0;
    return seen;
  }

  buckets(): readonly Bucket[] {
    const found: Bucket[] = [];
    const end = this.#used();
    for (let index = 0; index < end; index++) {
      const count = this.#counts[index] ?? 0;
      if (count === 0) continue;
      found.push({ fromMicros: lowestAt(index) / 1000, toMicros: lowestAt(index + 1) / 1000, count });
    }
    return found;
  }

  /** The number of leading buckets that can hold something. */
  #used(): number {
    return this.#count === 0 ? 0 : indexOf(this.#maxNanos) + 1;
  }

  get count(): number {
    return this.#count;
  }

  get minMicros(): number {
    return this.#count === 0 ? Number.NaN : this.#minNanos / 1000;
  }

  get maxMicros(): number {
    return this.#count === 0 ? Number.NaN : this.#maxNanos / 1000;
  }

  get meanMicros(): number {
    return this.#count === 0 ? Number.NaN : this.#sumNanos / this.#count / 1000;
  }

  encode(): string {
    const target = build({
      bitBucketSize: 32,
      useWebAssembly: false,
      lowestDiscernibleValue: 1,
      highestTrackableValue: highestNanos,
      numberOfSignificantValueDigits: 3,
    });
    const end = this.#used();
    for (let index = 0; index < end; index++) {
      const count = this.#counts[index] ?? 0;
      if (count > 0) target.recordValueWithCount(lowestAt(index), count);
    }
    return encodeIntoCompressedBase64(target);
  }

  reset(): void {
    this.#counts.fill(0, 0, this.#used());
    this.#count = 0;
    this.#sumNanos = 0;
    this.#minNanos = Number.POSITIVE_INFINITY;
    this.#maxNanos = 0;
  }
}

function indexOf(nanos: number): number {
  if (nanos < 0x7fff_ffff) {
    const shift = Math.max(0, 31 - stepBits - Math.clz32(nanos | 1));
    return (shift << stepBits) + (nanos >>> shift);
  }
  const shift = Math.floor(Math.log2(nanos)) - stepBits;
  return (shift << stepBits) + Math.floor(nanos / 2 ** shift);
}

/** The lowest value in nanoseconds that falls into a bucket. */
function lowestAt(index: number): number {
  const shift = Math.max(0, (index >>> stepBits) - 1);
  return (index - (shift << stepBits)) * 2 ** shift;
}
