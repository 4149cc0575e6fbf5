/** The item that is rated least, the first of equals; undefined of none. */
export function leastOf<T>(items: readonly T[], rate: (item: T) => number): T | undefined {
  let least: { readonly item: T; readonly value: number } | undefined;
  for (const item of items) {
    const value = rate(item);
    if (least === undefined || value < least.value) least = { item, value };
  }
  return least?.item;
}
