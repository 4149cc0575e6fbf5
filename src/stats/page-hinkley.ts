/** How a Page-Hinkley test is set. */
export interface PageHinkleySettings {
  /** Shifts of the mean up to this size, in standard deviations, are let pass: about half of what is to be noticed. Above 0. */
  readonly allowance: number;
  /** How many innovations there are, on average, until the test gives a false alarm on either side. */
  readonly runLength: number;
}

/** A two-sided Page-Hinkley test that is set. */
export interface PageHinkley {
  readonly allowance: number;
  /** An alarm is where a sum comes to it. */
  readonly threshold: number;
}

/** Where a test stands: plain data, which may be written down and taken up again. */
export interface PageHinkleyState {
  /** How far the sum has risen above its lowest point: 0 or more, in standard deviations. */
  readonly up: number;
  /** How far it has fallen below its highest. */
  readonly down: number;
}

/** A test that has seen nothing yet, or begins again. */
export const pageHinkleyAtStart: PageHinkleyState = { up: 0, down: 0 };

/** Siegmund's correction for a sum that jumps over its threshold rather than meeting it. */
const overshoot = 1.166;

/**
 * The Page-Hinkley test of a mean that leaves 0 on either side (Page, Continuous inspection schemes, Biometrika 1954;
 * Hinkley, Inference about the change-point from cumulative sum tests, Biometrika 1971). With innovations x of mean 0 and
 * standard deviation 1 and an allowance d,
 *
 *     up_t = max(0, up_(t-1) + x_t - d),  down_t = max(0, down_(t-1) - x_t - d),  alarm at up or down >= h,
 *
 * which is Hinkley's sum of (x - d) above its least value, and its mirror image.
 *
 * The threshold h follows from the run length. That of one side is about (exp(2 d b) - 2 d b - 1) / (2 d^2) with
 * b = h + 1.166 (Siegmund, Sequential Analysis, 1985, 2.6), and that of both is half of it. Throws RangeError where the
 * allowance is not above 0 or the run length not above 1.
 */
export function createPageHinkley({ allowance, runLength }: PageHinkleySettings): PageHinkley {
  if (!(allowance > 0)) throw new RangeError(`the allowance ${allowance} is not above 0`);
  if (!(runLength > 1)) throw new RangeError(`the run length ${runLength} is not above 1`);
  let [low, high] = [0, 1];
  while (runLengthAt(high, allowance) < runLength) high *= 2;
  for (let halving = 0; halving < 60; halving++) {
    const middle = (low + high) / 2;
    if (runLengthAt(middle, allowance) < runLength) low = middle;
    else high = middle;
  }
  return { allowance, threshold: high };
}

/** Of both sides together, without a change. */
function runLengthAt(threshold: number, allowance: number): number {
  const exponent = 2 * allowance * (threshold + overshoot);
  return (Math.expm1(exponent) - exponent) / (2 * allowance ** 2) / 2;
}

/** The state after one more innovation: standardised, so that it has mean 0 and standard deviation 1 as long as nothing has changed. */
export function pageHinkleyNext(
  { up, down }: PageHinkleyState,
  innovation: number,
  { allowance }: PageHinkley,
): PageHinkleyState {
  return {
    up: Math.max(0, up + innovation - allowance),
    down: Math.max(0, down - innovation - allowance),
  };
}
