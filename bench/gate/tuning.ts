/** The threshold that at most, or at least, so large a share of the scores reaches. */
export function thresholdFor(scores: readonly number[], share: number, side: "at most" | "at least"): number {
  const descending = scores.toSorted((a, b) => b - a);
  // A share that was counted comes back as a count, whatever the division rounded.
  const count = share * scores.length;
  if (side === "at least") return descending[Math.ceil(count - 1e-9) - 1] ?? Number.POSITIVE_INFINITY;
  const highestLeftOut = descending[Math.floor(count + 1e-9)];
  return highestLeftOut === undefined ? Number.NEGATIVE_INFINITY : justAbove(highestLeftOut);
}

function justAbove(score: number): number {
  return score + Math.max(Math.abs(score) * 1e-12, Number.MIN_VALUE);
}

const falseAlarms = 0.01;
const power = 0.95;
const mostPercent = 100;
const precisionPercent = 0.1;

/**
 * The smallest slowdown, in per cent, of which 95 % of cases reach the threshold that 1 % of equal ones do; undefined
 * where it is above 100 %. `scoresAt` gives the scores of all cases at a slowdown; they rise with it.
 */
export function smallestSeen(scoresAt: (percent: number) => readonly number[]): number | undefined {
  const threshold = thresholdFor(scoresAt(0), falseAlarms, "at most");
  const isSeen = (percent: number): boolean => {
    const scores = scoresAt(percent);
    return scores.filter((score) => score >= threshold).length >= power * scores.length;
  };
  if (!isSeen(mostPercent)) return undefined;
  let low = 0;
  let high = mostPercent;
  while (high - low > Math.max(precisionPercent, high / 50)) {
    const middle = (low + high) / 2;
    if (isSeen(middle)) high = middle;
    else low = middle;
  }
  return high;
}
