import type { PipelineResult } from "./run-host.ts";

/** Stored runs of one pipeline by what became of them, since the start of the process. */
export interface RunCounts {
  readonly pipeline: string;
  /** Under way now. */
  readonly active: number;
  readonly started: number;
  /** Of those, how many had begun in a process before this one, or before the store failed. */
  readonly resumed: number;
  readonly completed: number;
  readonly failed: number;
  readonly cancelled: number;
  /** Times that a run was parked. */
  readonly parked: number;
}

/** Counts stored runs. */
export interface RunCounters {
  started(pipeline: string, isResumed: boolean): void;
  ended(pipeline: string, status: PipelineResult["status"]): void;
  /** It is under way no more and has not ended. */
  left(pipeline: string): void;
  /** It could not even begin here. */
  parked(pipeline: string): void;
  counts(): readonly RunCounts[];
}

/** Creates counters at zero. */
export function createRunCounters(): RunCounters {
  const byName = new Map<string, { -readonly [Name in keyof RunCounts]: RunCounts[Name] }>();
  const of = (pipeline: string) => {
    const known = byName.get(pipeline);
    if (known !== undefined) return known;
    const zero = { active: 0, started: 0, resumed: 0, completed: 0, failed: 0, cancelled: 0, parked: 0 };
    const made = { pipeline, ...zero };
    byName.set(pipeline, made);
    return made;
  };
  return {
    started: (pipeline, isResumed) => {
      const counts = of(pipeline);
      counts.active++;
      counts.started++;
      if (isResumed) counts.resumed++;
    },
    ended: (pipeline, status) => {
      const counts = of(pipeline);
      counts.active--;
      counts[status]++;
    },
    left: (pipeline) => {
      of(pipeline).active--;
    },
    parked: (pipeline) => {
      of(pipeline).parked++;
    },
    counts: () => [...byName.values()].map((counts) => ({ ...counts })),
  };
}
