import { type Clock, systemClock } from "../../base/clock.ts";
import { DynoError } from "../../base/errors.ts";
import { createRandom, type Random } from "../../base/random.ts";
import { nearestWord } from "../../base/suggest.ts";
import type { ConsumeOptions, Delivery } from "../delivery/consume-options.ts";
import type { Consumer } from "../delivery/consumer.ts";
import type { Engine } from "../engine.ts";
import type { HealthPart } from "../health.ts";
import type { Observer } from "../observer.ts";
import { createResilience, type Resilience } from "../resilience/resilience.ts";
import { createTimers, type Timers } from "../resilience/timers.ts";
import type { AckLevel, StoredEvent } from "../store.ts";
import { createUlidSource } from "../ulid.ts";
import { runTopic } from "./engine-journal.ts";
import { createGuards } from "./guards.ts";
import { createMemoryRuns } from "./memory-runs.ts";
import type { Pipeline } from "./pipeline.ts";
import { checkCalls, createPipelineTable, type PipelineTable } from "./pipeline-table.ts";
import type { RunCounts } from "./run-counters.ts";
import type { PipelineResult, RunHost } from "./run-host.ts";
import type { RunInput } from "./run-record.ts";
import { createStepMeters } from "./step-meters.ts";
import type { StepMetrics } from "./step-metrics.ts";
import { StoredRuns } from "./stored-runs.ts";
import { createWallTimers } from "./wall-timers.ts";

/** What pipelines run on. */
export interface PipelinesConfig {
  /** Checked pipelines, each name once. */
  readonly pipelines: readonly Pipeline[];
  /** Former definitions of the same names: runs that began on one go on with it to their end. */
  readonly former?: readonly Pipeline[];
  /** Left out, runs are only made in memory. It must have a store. */
  readonly engine?: Pick<Engine, "publish" | "consume" | "replay"> & Partial<Pick<Engine, "level">>;
  /** For the records of runs. Default: the engine's own, and at least `stored`. */
  readonly level?: AckLevel;
  /** Where breakers are looked up, and where those that are not there and the policies of steps are added. Default: one of its own. */
  readonly resilience?: Resilience;
  readonly clock?: Clock;
  readonly timers?: Timers;
  readonly random?: Random;
  /** Looks on while actions work; the engine's. */
  readonly observer?: Observer;
  /** Over the standard settings of the groups; for tests, and for a store that is slow. */
  readonly consume?: Omit<ConsumeOptions, "pattern" | "maxInFlight">;
  /** Hears of each run that is over; must not throw. */
  readonly onEnd?: (result: PipelineResult) => void;
}

/** How one run is made. */
export interface RunOptions {
  /** Recorded in the store, so that a crash does not end it. Default: in memory alone. */
  readonly stored?: boolean;
  readonly key?: string;
  readonly correlationId?: string;
  /** Cancels the run. */
  readonly signal?: AbortSignal;
}

/** Pipelines at work. */
export interface Pipelines {
  /** Begins to consume, and goes on with what a process before this one left. Rejects with a DynoError. */
  start(): Promise<void>;
  /**
   * Runs a pipeline with `data` as the data of its event. Resolves however the run ends; rejects with a DynoError:
   * `usage` (no such pipeline), `unsupported` (stored, and there is no engine or it was not started), `aborted` (the
   * engine stops; a stored run goes on when it is started again), or what the store says (a stored run may go on, too).
   */
  run(name: string, data: unknown, options?: RunOptions): Promise<PipelineResult>;
  /** Ends a stored run for good. False where this process has no such run. */
  cancel(runId: string, reason: string): boolean;
  /** Stored runs since the start, and those under way, for each pipeline that has had one. */
  runCounts(): readonly RunCounts[];
  /** What each step did since the start. */
  stepMetrics(): readonly StepMetrics[];
  /** One part for each pipeline that has runs parked; one that is ok where none has. */
  health(): readonly HealthPart[];
  /** The breakers that steps share, and a policy for each step that has a timeout, a breaker or a bulkhead. */
  readonly resilience: Resilience;
  /** Suspends all stored runs and ends the consumers. */
  stop(): Promise<void>;
}

/** Sets pipelines up; nothing runs yet. Throws a DynoError `scenario` where they do not fit together. */
export function createPipelines(config: PipelinesConfig): Pipelines {
  return new RunningPipelines(config);
}

/** Tries of a trigger, which only crashes and a failing store use up. */
const maxAttempts = 20;
const noOptions: RunOptions = {};
const callsGroup = "$pipeline-calls";

class RunningPipelines implements Pipelines {
  readonly resilience: Resilience;
  readonly #config: PipelinesConfig;
  readonly #table: PipelineTable;
  readonly #host: Omit<RunHost, "callPipeline">;
  readonly #meters = createStepMeters();
  readonly #stored: StoredRuns | undefined;
  readonly #runInMemory: ReturnType<typeof createMemoryRuns>;
  readonly #nextId: (timeMs: number) => string;
  readonly #clock: Clock;
  readonly #consumers: Consumer[] = [];
  #isStarted = false;
  #starting: Promise<void> | undefined;

  constructor(config: PipelinesConfig) {
    const { clock = systemClock, random = createRandom(Date.now()), former = [] } = config;
    const timers = config.timers ?? createTimers({ clock });
    this.#config = config;
    this.#clock = clock;
    this.#table = createPipelineTable(config.pipelines, former);
    checkCalls(config.pipelines);
    this.resilience = config.resilience ?? createResilience({ clock, random, timers });
    const guardOf = createGuards([...config.pipelines, ...former], this.resilience);
    const meterOf = this.#meters.of;
    this.#host = {
      clock,
      random,
      timers: createWallTimers(timers, clock),
      around: config.observer?.around,
      guardOf,
      meterOf,
    };
    this.#runInMemory = createMemoryRuns(this.#host, this.#table);
    this.#nextId = createUlidSource(() => clock.epochMs());
    const { engine, level, onEnd } = config;
    if (engine !== undefined) {
      this.#stored = new StoredRuns({ engine, level, onEnd, host: this.#host, table: this.#table });
    }
  }

  async start(): Promise<void> {
    const { engine } = this.#config;
    const stored = this.#need();
    if (engine === undefined || this.#isStarted) return;
    this.#starting ??= this.#startWith(stored, engine).finally(() => {
      this.#starting = undefined;
    });
    await this.#starting;
  }

  async #startWith(stored: StoredRuns, engine: Pick<Engine, "consume">): Promise<void> {
    stored.begin();
    try {
      await this.#consumeAll(stored, engine);
    } catch (error) {
      for (const consumer of this.#consumers.splice(0)) await consumer.stop();
      throw error;
    }
    this.#isStarted = true;
  }

  async #consumeAll(stored: StoredRuns, engine: Pick<Engine, "consume">): Promise<void> {
    const { pipelines, consume } = this.#config;
    const standard = { maxAttempts, ...consume };
    for (const pipeline of pipelines) {
      if (pipeline.on === undefined) continue;
      const handle = (event: StoredEvent, delivery: Delivery): Promise<void> =>
        stored.onTrigger(pipeline, event, delivery);
      const options = { ...standard, pattern: pipeline.on, maxInFlight: pipeline.concurrency };
      this.#consumers.push(await engine.consume(`$pipeline.${pipeline.name}`, handle, options));
    }
    const maxInFlight = Math.max(...pipelines.map(({ concurrency }) => concurrency), 1);
    this.#consumers.push(
      await engine.consume(callsGroup, (event, delivery) => stored.onCall(event, delivery, maxInFlight), {
        ...standard,
        pattern: runTopic("*", "called"),
        maxInFlight,
      }),
    );
  }

  run(name: string, data: unknown, options: RunOptions = noOptions): Promise<PipelineResult> {
    const pipeline = this.#table.current(name);
    if (pipeline === undefined) return Promise.reject(this.#unknown(name));
    const timeMs = this.#clock.epochMs();
    const id = this.#nextId(timeMs);
    const input: RunInput = {
      id,
      topic: runTopic(name, "called"),
      timeMs,
      key: options.key ?? null,
      correlationId: options.correlationId ?? null,
      causationId: null,
      traceparent: null,
      data,
    };
    if (!options.stored) return this.#runInMemory(pipeline, input, options.signal);
    return this.#runStored(pipeline, input, options.signal);
  }

  async #runStored(
    pipeline: Pipeline,
    input: RunInput,
    signal: AbortSignal | undefined,
  ): Promise<PipelineResult> {
    const stored = this.#need();
    if (this.#isStarted) return stored.call(pipeline, input, signal);
    throw new DynoError("unsupported", "stored runs need the pipelines to be started: call start() first");
  }

  #unknown(name: string): DynoError {
    const names = this.#table.names();
    const near = nearestWord(name, names);
    const hint = near === undefined ? `there are ${names.join(", ")}` : `did you mean ${near}?`;
    return new DynoError("usage", `there is no pipeline ${name}; ${hint}`);
  }

  #need(): StoredRuns {
    if (this.#stored !== undefined) return this.#stored;
    throw new DynoError("unsupported", "these pipelines have no engine, so runs cannot be stored");
  }

  cancel(runId: string, reason: string): boolean {
    return this.#stored?.cancel(runId, reason) ?? false;
  }

  runCounts(): readonly RunCounts[] {
    return this.#stored?.counts() ?? [];
  }

  stepMetrics(): readonly StepMetrics[] {
    return this.#meters.snapshot();
  }

  health(): readonly HealthPart[] {
    const parked = this.#stored?.parked() ?? [];
    if (parked.length === 0) return [{ part: "pipelines", status: "ok", detail: "no run is parked" }];
    return parked.map(({ pipeline, runs, reason }) => ({
      part: `pipeline ${pipeline}`,
      status: "degraded",
      detail: `${runs} runs are parked and keep their events in the store: ${reason}`,
    }));
  }

  async stop(): Promise<void> {
    this.#isStarted = false;
    // First, since what is handed back to a consumer that is not stopping counts as failed.
    const stopped = this.#consumers.splice(0).map((consumer) => consumer.stop());
    this.#stored?.suspend();
    await Promise.all(stopped);
  }
}
