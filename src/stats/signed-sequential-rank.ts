/**
 * A value by its rank among those before it, with its sign, and standardised: the signed sequential rank (Reynolds, A
 * sequential signed-rank test for symmetry, Annals of Statistics 1975), as Lombard and Van Zyl feed it to cumulative sums
 * (Signed sequential rank CUSUMs, Computational Statistics and Data Analysis 2018, with Wilcoxon's scores). With r the
 * rank of |x| among m sizes, its own among them, it is
 *
 *     sign(x) (r / (m + 1)) / sqrt((2 m + 1) / (6 (m + 1))).
 *
 * As long as values come from one distribution that is symmetric about 0, it has mean 0 and standard deviation 1 whatever
 * that distribution is, and does not depend on the earlier ones: no spread has to be known, and no outlier weighs more
 * than sqrt(3). Equal sizes share their mean rank.
 */
export function signedSequentialRank(value: number, earlier: readonly number[]): number {
  const size = Math.abs(value);
  const count = earlier.length + 1;
  const rank = earlier.reduce((sum, other) => sum + stepOver(Math.abs(other), size), 1);
  return (Math.sign(value) * (rank / (count + 1))) / Math.sqrt((2 * count + 1) / (6 * (count + 1)));
}

function stepOver(other: number, size: number): number {
  if (other === size) return 0.5;
  return other < size ? 1 : 0;
}
