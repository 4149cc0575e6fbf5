import { setImmediate as turn } from "node:timers/promises";
import { createManualClock, type ManualClock } from "../../src/base/clock.ts";
import { createRandom } from "../../src/base/random.ts";
import type { Actions } from "../../src/engine/pipeline/action.ts";
import { builtInActions } from "../../src/engine/pipeline/actions/built-in.ts";
import type { Pipeline } from "../../src/engine/pipeline/pipeline.ts";
import {
  createPipelines,
  type Pipelines,
  type PipelinesConfig,
} from "../../src/engine/pipeline/pipelines.ts";
import { parsePipeline } from "../../src/engine/pipeline/read-pipelines.ts";
import type { PipelineResult } from "../../src/engine/pipeline/run-host.ts";
import { createTimers, type Timers } from "../../src/engine/resilience/timers.ts";

/** Checks a pipeline and throws its problems. Its name is `p` where it gives none. */
export function pipelineOf(text: string, actions: Actions = {}, isFormer = false): Pipeline {
  const all = { ...builtInActions(), ...actions };
  return parsePipeline(text, "p.yaml", { actions: all, env: {}, isFormer });
}

/** Timers that only move by hand. */
export interface RunTime {
  readonly clock: ManualClock;
  readonly timers: Timers;
  /** Moves from one alarm to the next until the promise is settled, and lets everything else happen in between. */
  passUntil<Value>(promise: Promise<Value>): Promise<Value>;
}

export function createRunTime(): RunTime {
  const clock = createManualClock();
  const timers = createTimers({ clock, wake: () => undefined });
  return {
    clock,
    timers,
    passUntil: async (promise) => {
      let isSettled = false;
      const settled = (): void => {
        isSettled = true;
      };
      promise.then(settled, settled);
      for (;;) {
        for (let i = 0; i < 3; i++) await turn();
        if (isSettled) return promise;
        const nextMicros = timers.nextMicros();
        if (!Number.isFinite(nextMicros)) continue;
        clock.advanceMs(Math.max(0, nextMicros - clock.nowMicros()) / 1000);
        timers.turn();
      }
    },
  };
}

/** Pipelines in memory, on a clock of their own that runs from alarm to alarm. */
export function memoryPipelines(
  texts: string | readonly string[],
  actions: Actions = {},
  config: Partial<PipelinesConfig> = {},
): {
  readonly pipelines: Pipelines;
  readonly time: RunTime;
  run(data?: unknown, name?: string): Promise<PipelineResult>;
} {
  const time = createRunTime();
  const all = (typeof texts === "string" ? [texts] : texts).map((text) => pipelineOf(text, actions));
  const pipelines = createPipelines({
    pipelines: all,
    clock: time.clock,
    timers: time.timers,
    random: createRandom(1),
    ...config,
  });
  return {
    pipelines,
    time,
    run: (data = {}, name = all[0]?.name ?? "") => time.passUntil(pipelines.run(name, data)),
  };
}
