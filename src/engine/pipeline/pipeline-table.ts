import { DynoError } from "../../base/errors.ts";
import { findCycle } from "../../base/find-cycle.ts";
import type { Pipeline } from "./pipeline.ts";

/** Pipelines by name, and by the definition that a run is pinned to. */
export interface PipelineTable {
  /** The definition that new runs begin on. */
  current(name: string): Pipeline | undefined;
  /** The definition with this hash, current or former. */
  pinned(name: string, hash: string): Pipeline | undefined;
  names(): readonly string[];
}

/** Creates the table. Throws a DynoError `scenario` where two pipelines have one name. */
export function createPipelineTable(
  pipelines: readonly Pipeline[],
  former: readonly Pipeline[],
): PipelineTable {
  const byName = new Map<string, Pipeline>();
  const byHash = new Map<string, Pipeline>();
  for (const pipeline of pipelines) {
    const other = byName.get(pipeline.name);
    if (other !== undefined) {
      const text = `${other.file} and ${pipeline.file} both have a pipeline named ${pipeline.name}; give one another name`;
      throw new DynoError("scenario", text);
    }
    byName.set(pipeline.name, pipeline);
  }
  for (const pipeline of [...former, ...pipelines]) byHash.set(`${pipeline.name} ${pipeline.hash}`, pipeline);
  return {
    current: (name) => byName.get(name),
    pinned: (name, hash) => byHash.get(`${name} ${hash}`),
    names: () => [...byName.keys()],
  };
}

/** Throws a DynoError `scenario` where pipelines call each other in a circle, or call one that is not there. */
export function checkCalls(pipelines: readonly Pipeline[]): void {
  const names = new Set(pipelines.map(({ name }) => name));
  const order = pipelines.map(({ name, file, steps }) => ({
    id: name,
    needs: steps.flatMap(({ id, work }) => {
      if (work.kind !== "pipeline") return [];
      if (names.has(work.pipeline)) return [work.pipeline];
      throw new DynoError(
        "scenario",
        `${file}: step ${id} calls the pipeline ${work.pipeline}, which is not there`,
      );
    }),
  }));
  const cycle = findCycle(order);
  if (cycle === undefined) return;
  throw new DynoError(
    "scenario",
    `these pipelines call one another without an end: ${cycle.join(" calls ")}`,
  );
}
