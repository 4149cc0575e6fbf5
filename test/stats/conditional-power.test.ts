import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRandom } from "../../src/base/random.ts";
import { conditionalPower } from "../../src/stats/conditional-power.ts";
import { normalCdf, normalQuantile } from "../../src/stats/normal.ts";

describe("conditionalPower", () => {
  test("is what the B-value gives: z = 2 at half of the data, by the trend so far", () => {
    // B = 1.4142, drift 2.8284: (2.8284 - 1.96) / 0.70711 = 1.2282 standard deviations.
    const power = conditionalPower({ p: normalCdf(-2), fraction: 0.5, alpha: 0.025 }, 0);
    expect(power).toBeCloseTo(0.8903, 4);
  });

  test("is the share of tests that come to succeed, where the truth is as far off as is said", () => {
    const random = createRandom(5);
    const [fraction, alpha, z, errors] = [0.4, 0.01, 0.9, 1];
    const drift = z / Math.sqrt(fraction) + errors / Math.sqrt(fraction);
    const count = 20_000;
    let succeeded = 0;
    for (let i = 0; i < count; i++) {
      const step = normalQuantile((random.next() + 1e-12) * (1 - 2e-12)) * Math.sqrt(1 - fraction);
      if (z * Math.sqrt(fraction) + drift * (1 - fraction) + step > -normalQuantile(alpha)) succeeded++;
    }
    const power = conditionalPower({ p: normalCdf(-z), fraction, alpha }, errors);
    const error = Math.sqrt((power * (1 - power)) / count);
    expect(Math.abs(succeeded / count - power)).toBeLessThan(4 * error);
  });

  test("falls as the evidence falls, and rises with the benefit of the doubt", () => {
    const share = fc.double({ min: 0.05, max: 0.95, noNaN: true });
    fc.assert(
      fc.property(share, share, share, (p, other, fraction) => {
        const power = (of: number, errors: number) =>
          conditionalPower({ p: of, fraction, alpha: 0.01 }, errors);
        const [low, high] = [Math.min(p, other), Math.max(p, other)];
        expect(power(low, 0)).toBeGreaterThanOrEqual(power(high, 0));
        expect(power(p, 1)).toBeGreaterThanOrEqual(power(p, 0));
      }),
    );
  });

  test("is nothing where all speaks against it", () => {
    expect(conditionalPower({ p: 1, fraction: 0.2, alpha: 0.01 }, 1)).toBe(0);
  });
});
