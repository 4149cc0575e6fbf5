/** A step, or whatever else, and those of its kind that it needs. */
export interface Ordered {
  readonly id: string;
  readonly needs: readonly string[];
}

/** A circle of needs as the path that it makes, its first again at its end; undefined where there is none. */
export function findCycle(all: readonly Ordered[]): readonly string[] | undefined {
  const byId = new Map(all.map((each) => [each.id, each]));
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (id: string): readonly string[] | undefined => {
    if (done.has(id)) return undefined;
    const seenAt = path.indexOf(id);
    if (seenAt >= 0) return [...path.slice(seenAt), id];
    path.push(id);
    for (const need of byId.get(id)?.needs ?? []) {
      const cycle = visit(need);
      if (cycle !== undefined) return cycle;
    }
    path.pop();
    done.add(id);
    return undefined;
  };
  for (const { id } of all) {
    const cycle = visit(id);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}
