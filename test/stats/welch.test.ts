import { describe, expect, test } from "vitest";
import { createRandom } from "../../src/base/random.ts";
import { incompleteBeta, studentCdf } from "../../src/stats/student.ts";
import { welchTest } from "../../src/stats/welch.ts";

describe("studentCdf", () => {
  // R 4.2: pt(t, df)
  test.each([
    [-40, 3, 1.719034039457927e-5],
    [-12, 1, 0.02646467605958987],
    [-5, 2.5, 0.01172559498543092],
    [-2.1, 7.3, 0.03612335671242668],
    [-0.3, 15, 0.384147267267776],
    [0, 4, 0.5],
    [1.7, 30, 0.9502610622057416],
    [2.5, 1e6, 0.9937902552489184],
    [-6, 400, 2.211200340905751e-9],
    [0.001, 1, 0.5003183097800805],
  ])("agrees with R for t = %s with %s degrees of freedom", (t, degreesOfFreedom, probability) => {
    expect(Math.abs(studentCdf(t, degreesOfFreedom) / probability - 1)).toBeLessThan(1e-9);
  });
});

describe("incompleteBeta", () => {
  test("is what the closed forms say", () => {
    for (const x of [0, 0.01, 0.3, 0.77, 1]) {
      expect(incompleteBeta(x, 1, 1)).toBeCloseTo(x, 13);
      expect(incompleteBeta(x, 3, 1)).toBeCloseTo(x ** 3, 13);
      expect(incompleteBeta(x, 2, 2)).toBeCloseTo(x * x * (3 - 2 * x), 13);
    }
  });
});

describe("welchTest", () => {
  test("agrees with R's example of the sleep data (Student, Biometrika 1908)", () => {
    // R 4.2: t.test(extra ~ group, data = sleep)
    const second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];
    const first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2];
    const welch = welchTest(second, first);
    expect(welch?.t).toBeCloseTo(-1.8608134674869, 11);
    expect(welch?.degreesOfFreedom).toBeCloseTo(17.776473516178, 10);
    expect(2 * (welch?.below ?? 0)).toBeCloseTo(0.079394140187358, 11);
    expect(welch?.difference).toBeCloseTo(-1.58, 12);
  });

  test("agrees with R when sizes and variances differ", () => {
    // R 4.2: t.test(candidate, base, alternative = "greater")
    const welch = welchTest([1, 2, 2, 3, 5, 5, 7, 9], [2, 4, 5, 5, 8, 9, 9, 11, 12]);
    expect(welch?.t).toBeCloseTo(1.9917043219373, 11);
    expect(welch?.degreesOfFreedom).toBeCloseTo(14.914958635715, 10);
    expect(welch?.above).toBeCloseTo(0.032520872066019, 11);
  });

  test("rejects equal means as often as it says", () => {
    const random = createRandom(11);
    const sum = (): number => random.next() + random.next() + random.next() + random.next();
    let rejected = 0;
    for (let run = 0; run < 4000; run++) {
      const base = Array.from({ length: 10 }, () => 3 * sum() - 6);
      const candidate = Array.from({ length: 25 }, () => sum() - 2);
      if ((welchTest(base, candidate)?.above ?? 1) <= 0.05) rejected++;
    }
    expect(Math.abs(rejected - 200)).toBeLessThan(45);
  });

  test("knows nothing from one value, or when nothing varies", () => {
    expect(welchTest([1], [1, 2, 3])).toBeUndefined();
    expect(welchTest([2, 2], [3, 3])).toBeUndefined();
  });
});
