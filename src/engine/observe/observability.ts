import type { Logger } from "pino";
import type { Registry } from "prom-client";
import { systemClock } from "../../base/clock.ts";
import type { Observer } from "../observer.ts";
import { createEngineFamilies, type Watched } from "./engine-families.ts";
import { createLog, type LogOptions } from "./log.ts";
import { createRegistry, type DurationFamily } from "./metric-family.ts";
import { createTracing } from "./tracing.ts";
import { currentWork, runWork } from "./work-context.ts";
import { createWorkDurations, type WorkDurations } from "./work-durations.ts";

/** What looks on, and what it sees. */
export interface Observability {
  /** For `createEngine`. */
  readonly observer: Observer;
  /** JSON lines that say which correlation, event and run they belong to. */
  readonly log: Logger;
  /** Every metric of the engine, for a scrape. */
  readonly registry: Registry;
  /** Adds what metrics are read from: an engine that was created, a network, pipelines. */
  watch(parts: Watched): void;
}

/** What to look at. */
export interface ObservabilityOptions {
  readonly log?: LogOptions;
  /** The share of correlations that are traced, 0 to 1, where an OpenTelemetry SDK is registered. Default 1. */
  readonly traceShare?: number;
}

/** Makes the observer with all that it rests on; `createObservability` loads it. */
export function makeObservability({ log, traceShare = 1 }: ObservabilityOptions): Observability {
  const durations = createWorkDurations(systemClock);
  const tracing = createTracing({ share: traceShare });
  const watched: Watched[] = [];
  return {
    observer: {
      around: (scope, work) => {
        const inContext = (traceparent: string | undefined) =>
          runWork(scope, traceparent, () => durations.around(scope, work));
        return tracing === undefined ? inContext(undefined) : tracing.around(scope, inContext);
      },
      inherited: currentWork,
      store: durations.store,
    },
    log: createLog(log),
    registry: createRegistry(createEngineFamilies(watched), durationFamilies(durations)),
    watch: (parts) => {
      watched.push(parts);
    },
  };
}

function durationFamilies({ work, appends }: WorkDurations): readonly DurationFamily[] {
  return [
    {
      name: "dyno_engine_work_duration_seconds",
      help: "Time of each call of a handler and each step of a pipeline.",
      samples: work,
    },
    {
      name: "dyno_engine_store_append_duration_seconds",
      help: "Time from sending a batch to the store until its level holds.",
      samples: appends,
    },
  ];
}
