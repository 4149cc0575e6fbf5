/** A step and the steps that it needs. */
export interface Ordered {
  readonly id: string;
  readonly needs: readonly string[];
}

/** A circle of needs as the path that it makes, its first step again at its end; undefined where there is none. */
export function findCycle(steps: readonly Ordered[]): readonly string[] | undefined {
  const byId = new Map(steps.map((step) => [step.id, step]));
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
  for (const { id } of steps) {
    const cycle = visit(id);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

/** All steps that are finished before a step begins, by its id. The needs must have no cycle. */
export function upstreamOf(steps: readonly Ordered[]): ReadonlyMap<string, ReadonlySet<string>> {
  const byId = new Map(steps.map((step) => [step.id, step]));
  const found = new Map<string, Set<string>>();
  const visit = (id: string): Set<string> => {
    const known = found.get(id);
    if (known !== undefined) return known;
    const upstream = new Set<string>();
    for (const need of byId.get(id)?.needs ?? []) {
      upstream.add(need);
      for (const further of visit(need)) upstream.add(further);
    }
    found.set(id, upstream);
    return upstream;
  };
  for (const { id } of steps) visit(id);
  return found;
}
