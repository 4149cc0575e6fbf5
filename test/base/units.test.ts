import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  counts,
  durations,
  formatBytes,
  formatCount,
  formatDuration,
  formatRate,
  formatRatio,
  parseUnit,
  rates,
  ratios,
  sizes,
} from "../../src/base/units.ts";

describe("parseUnit", () => {
  test.each([
    ["500us", durations, 500],
    ["99.9%", ratios, 0.999],
    ["0.07%", ratios, 0.0007],
    ["0.5ms", durations, 500],
    ["2 s", durations, 2e6],
    ["5m", durations, 3e8],
    ["5min", durations, 3e8],
    ["1h", durations, 3.6e9],
    ["10k/s", rates, 10_000],
    ["600/min", rates, 10],
    ["1.5M/s", rates, 1.5e6],
    ["256B", sizes, 256],
    ["64kB", sizes, 64_000],
    ["1MiB", sizes, 1_048_576],
    ["0.01%", ratios, 0.0001],
    ["0.0001", ratios, 0.0001],
    ["10k", counts, 10_000],
  ])("reads %s", (text, family, value) => {
    expect(parseUnit(text, family)).toBe(value);
  });

  test.each([
    ["10", durations],
    ["10k", rates],
    ["-5ms", durations],
    ["5 parsec", durations],
    ["ms", durations],
    ["1e3ms", durations],
    ["constructor", counts],
    ["1toString", counts],
  ])("refuses %s", (text, family) => {
    expect(parseUnit(text, family)).toBeUndefined();
  });

  test("understands just what its pattern for editors says", () => {
    const word = fc.stringMatching(/^[0-9.]{0,4} ?[a-zA-Zµ%/]{0,5}$/);
    for (const family of [durations, rates, sizes, ratios, counts]) {
      fc.assert(
        fc.property(word, (text) => {
          expect(new RegExp(family.pattern).test(text)).toBe(parseUnit(text, family) !== undefined);
        }),
      );
    }
  });
});

describe("what people read", () => {
  test.each([
    [formatDuration(0.5), "500\u202fns"],
    [formatDuration(388), "388\u202fµs"],
    [formatDuration(999.7), "1\u202fms"],
    [formatDuration(2_140), "2.14\u202fms"],
    [formatDuration(1.25e6), "1.25\u202fs"],
    [formatDuration(9e8), "15\u202fmin"],
    [formatDuration(Number.NaN), "–"],
    [formatRate(10_000), "10\u202f000/s"],
    [formatRate(1_250_000), "1.25M/s"],
    [formatRate(0.5), "0.5/s"],
    [formatBytes(256), "256\u202fB"],
    [formatBytes(1_500_000), "1.5\u202fMB"],
    [formatRatio(0.00071), "0.071\u202f%"],
    [formatRatio(0.5), "50\u202f%"],
    [formatRatio(0.999), "99.9\u202f%"],
    [formatRatio(0.99953), "99.953\u202f%"],
    [formatRatio(0.9999963), "99.99963\u202f%"],
    [formatRatio(1), "100\u202f%"],
    [formatRatio(0), "0\u202f%"],
    [formatCount(1_234_567), "1\u202f234\u202f567"],
  ])("%s is %s", (text, expected) => {
    expect(text).toBe(expected);
  });

  test("a duration that was formatted is read as the same, to three digits", () => {
    fc.assert(
      fc.property(fc.double({ min: 1, max: 8e10, noNaN: true }), (micros) => {
        const again = parseUnit(formatDuration(micros).replaceAll("\u202f", ""), durations) ?? Number.NaN;
        expect(Math.abs(again - micros) / micros).toBeLessThan(0.0051);
      }),
    );
  });
});
