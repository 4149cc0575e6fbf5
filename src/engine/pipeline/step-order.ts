import type { Ordered } from "../../base/find-cycle.ts";

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
