import fc from "fast-check";
import { expect, test } from "vitest";
import { createHistogram, decodeHistogram, type LatencyHistogram } from "../../src/stats/histogram.ts";

/** Latencies from 1 ns to 1 hour in microseconds, spread over all magnitudes. */
const micros = fc.double({ min: -3, max: 9.55, noNaN: true }).map((exponent) => 10 ** exponent);
const many = fc.array(micros, { minLength: 1, maxLength: 300 });

function histogramOf(values: readonly number[]): LatencyHistogram {
  const histogram = createHistogram();
  for (const value of values) histogram.record(value);
  return histogram;
}

test("a quantile lies within 0.1 % and 1 ns of the same quantile of the sorted values", () => {
  fc.assert(
    fc.property(many, fc.double({ min: 0, max: 1, noNaN: true }), (values, q) => {
      const sorted = values.toSorted((a, b) => a - b);
      const rank = Math.max(1, Math.ceil(q * sorted.length));
      const truth = sorted[rank - 1] ?? Number.NaN;
      expect(Math.abs(histogramOf(values).quantile(q) - truth)).toBeLessThanOrEqual(truth * 0.001 + 0.001);
    }),
  );
});

test("adding two histograms gives the histogram of all values", () => {
  fc.assert(
    fc.property(many, many, (a, b) => {
      const sum = histogramOf(a);
      sum.add(histogramOf(b));
      const all = histogramOf([...a, ...b]);
      expect(sum.buckets()).toEqual(all.buckets());
      expect([sum.count, sum.minMicros, sum.maxMicros]).toEqual([all.count, all.minMicros, all.maxMicros]);
    }),
  );
});

test("decoding an encoded histogram gives the same buckets and quantiles", () => {
  fc.assert(
    fc.property(many, (values) => {
      const original = histogramOf(values);
      const decoded = decodeHistogram(original.encode());
      expect(decoded.buckets()).toEqual(original.buckets());
      const top = original.quantile(1);
      expect(Math.abs(decoded.quantile(1) - top)).toBeLessThanOrEqual(top * 0.001 + 0.001);
    }),
    { numRuns: 30 },
  );
});

test("every bucket holds its values, and buckets follow one another without a gap", () => {
  fc.assert(
    fc.property(micros, (value) => {
      const [bucket] = histogramOf([value]).buckets();
      const rounded = Math.round(value * 1000) / 1000;
      expect(bucket?.fromMicros).toBeLessThanOrEqual(rounded);
      expect(bucket?.toMicros).toBeGreaterThan(rounded);
    }),
  );
});

test("an empty histogram says that it knows nothing, also after encoding", () => {
  const empty = decodeHistogram(createHistogram().encode());
  expect(empty.count).toBe(0);
  expect([empty.quantile(0.5), empty.meanMicros, empty.maxMicros]).toEqual([
    Number.NaN,
    Number.NaN,
    Number.NaN,
  ]);
});

test("values outside the range count at its ends", () => {
  const histogram = histogramOf([-5, Number.NaN, 1e12]);
  expect(histogram.count).toBe(3);
  expect(histogram.minMicros).toBe(0);
  expect(histogram.maxMicros).toBe(3_600_000_000);
});

test("text that is no histogram is refused", () => {
  expect(() => decodeHistogram("bm9wZQ==")).toThrow(/cannot be decoded/);
});
