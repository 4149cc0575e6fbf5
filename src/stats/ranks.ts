/** The ranks of values from 1 on, in the values' own order; equal values share the mean of theirs (midranks). */
export function midranks(values: readonly number[]): readonly number[] {
  const order = [...values.keys()].sort((i, j) => (values[i] ?? 0) - (values[j] ?? 0));
  const ranks = values.map(() => 0);
  let start = 0;
  while (start < order.length) {
    const end = endOfTie(values, order, start);
    for (let at = start; at < end; at++) ranks[order[at] ?? 0] = (start + 1 + end) / 2;
    start = end;
  }
  return ranks;
}

function endOfTie(values: readonly number[], order: readonly number[], start: number): number {
  const value = values[order[start] ?? 0];
  let end = start + 1;
  while (end < order.length && values[order[end] ?? 0] === value) end++;
  return end;
}
