import { setTimeout as sleep } from "node:timers/promises";
import { DynoError } from "../../base/errors.ts";
import type { Delivery } from "../delivery/consume-options.ts";
import type { Engine } from "../engine.ts";
import type { AckLevel, StoredEvent } from "../store.ts";
import { createEngineJournal, runTopic } from "./engine-journal.ts";
import type { FoldedRun } from "./fold-run.ts";
import type { Pipeline } from "./pipeline.ts";
import type { PipelineTable } from "./pipeline-table.ts";
import { PipelineRun } from "./run.ts";
import { createRunCounters, type RunCounts } from "./run-counters.ts";
import { createRunHistory, type RunHistory } from "./run-history.ts";
import type { ChildRun, Journal, PipelineResult, RunHost } from "./run-host.ts";
import { inputOf } from "./run-input.ts";
import type { RunInput } from "./run-record.ts";
import { createStopBell } from "./stop-bell.ts";

/** What stored runs are made with. */
export interface StoredRunsParts {
  readonly engine: Pick<Engine, "publish" | "replay"> & Partial<Pick<Engine, "level">>;
  readonly level: AckLevel | undefined;
  readonly host: Omit<RunHost, "callPipeline">;
  readonly table: PipelineTable;
  readonly onEnd: ((result: PipelineResult) => void) | undefined;
}

interface Parked {
  readonly pipeline: string;
  readonly runs: number;
  readonly reason: string;
}

/** An event that starts a run, and how it came. */
interface Taken {
  /** The pipeline as it is defined now. */
  readonly current: Pipeline;
  readonly runId: string;
  readonly input: RunInput;
  readonly event: StoredEvent;
  readonly delivery: Delivery;
  /** The consumer's: how many events it handles at a time. */
  readonly slots: { readonly group: string; readonly most: number };
}

const firstWaitMs = 50;
const longestWaitMs = 2000;

/** Whether a store that is away or full for a while is the cause. */
function isPassing(error: unknown): boolean {
  return error instanceof DynoError && (error.code === "unavailable" || error.code === "overload");
}

/**
 * The runs whose records are in the store. The event that starts a run stays unacknowledged until the run is over: so
 * a crash brings it back, and with it the run, and nothing that the run has recorded is trimmed before.
 */
export class StoredRuns {
  readonly #parts: StoredRunsParts;
  readonly #host: RunHost;
  readonly #journal: Journal;
  readonly #level: AckLevel | undefined;
  #history: RunHistory;
  readonly #active = new Map<string, PipelineRun>();
  /** Runs that were called here, until their event comes by. */
  readonly #calls = new Map<string, Promise<PipelineResult>>();
  /** Runs that lost their hold here; what they recorded must be read again. */
  readonly #lost = new Set<string>();
  readonly #parked = new Map<
    string,
    { readonly pipeline: string; readonly group: string; readonly reason: string }
  >();
  readonly #bell = createStopBell();
  readonly #counters = createRunCounters();

  constructor(parts: StoredRunsParts) {
    this.#parts = parts;
    const { engine } = parts;
    const level = parts.level ?? engine.level;
    // A record that is only in memory would let a step run that nobody knows of after a crash.
    this.#level = level === "accepted" ? "stored" : level;
    this.#journal = createEngineJournal(engine, this.#level);
    this.#history = createRunHistory(engine, this.#level);
    this.#host = {
      ...parts.host,
      callPipeline: (name, runId, input) => this.#startChild(name, runId, input),
    };
  }

  /** To be told before the consumers begin: what was read before may not be all any more. */
  begin(): void {
    this.#history = createRunHistory(this.#parts.engine, this.#level);
  }

  /** Handles an event that starts a run, new or not. Resolves when the run is over. */
  async onTrigger(pipeline: Pipeline, event: StoredEvent, delivery: Delivery): Promise<void> {
    const runId = `${pipeline.name}-${event.id}`;
    const slots = { group: pipeline.name, most: pipeline.concurrency };
    await this.#take({ current: pipeline, runId, input: inputOf(event), event, delivery, slots });
  }

  /** Handles the event of a run that was called, by this process or by one before; at most `most` are handled at a time. */
  async onCall(event: StoredEvent, delivery: Delivery, most: number): Promise<void> {
    const input = event.data as RunInput;
    const runId = event.key ?? "";
    const own = this.#calls.get(runId);
    if (own !== undefined) {
      try {
        await own;
      } finally {
        this.#calls.delete(runId);
      }
      return;
    }
    const name = event.topic.split(".")[1] ?? "";
    const pipeline = this.#parts.table.current(name);
    if (pipeline === undefined) {
      throw new DynoError("conflict", `run ${runId} cannot go on: there is no pipeline ${name} any more`);
    }
    await this.#take({ current: pipeline, runId, input, event, delivery, slots: { group: "", most } });
  }

  /** Starts a run that has no event of its own yet. */
  call(pipeline: Pipeline, input: RunInput, signal: AbortSignal | undefined): Promise<PipelineResult> {
    const runId = `${pipeline.name}-${input.id}`;
    const { engine } = this.#parts;
    const level = this.#level;
    const called = engine.publish(
      {
        topic: runTopic(pipeline.name, "called"),
        key: runId,
        correlationId: input.correlationId ?? undefined,
        data: input,
      },
      level === undefined ? {} : { level },
    );
    const run = this.#start(pipeline, runId, input, undefined);
    // Without its event nobody would bring it back after a crash.
    called.catch((error: unknown) => run.lost(error));
    const cancel = (): void => run.cancel(String(signal?.reason));
    if (signal?.aborted) cancel();
    signal?.addEventListener("abort", cancel, { once: true });
    const result = run.result.finally(() => signal?.removeEventListener("abort", cancel));
    this.#calls.set(runId, result);
    result.catch(() => {
      // Its event comes by, finds it gone from here, and takes it up again.
      this.#calls.delete(runId);
      this.#lost.add(runId);
    });
    return result;
  }

  /**
   * Goes on with a run, or begins it, until it is over. A store that is away or full uses up no tries of the event: the
   * run is taken up again from its records when the store is back.
   */
  async #take(taken: Taken): Promise<void> {
    const { runId, delivery } = taken;
    for (let waitMs = firstWaitMs; ; waitMs = Math.min(waitMs * 2, longestWaitMs)) {
      try {
        return await this.#takeOnce(taken);
      } catch (thrown) {
        this.#lost.add(runId);
        if (!isPassing(thrown) || delivery.signal.aborted) throw thrown;
        await sleep(waitMs, undefined, { signal: delivery.signal }).catch(() => undefined);
      }
    }
  }

  async #takeOnce(taken: Taken): Promise<void> {
    const { current, runId, input, event, delivery } = taken;
    const past = await this.#recall(runId, event, delivery);
    if (delivery.signal.aborted)
      throw new DynoError("aborted", `run ${runId} is not begun: the engine stops`);
    const { definition } = past ?? {};
    const pipeline = definition === undefined ? current : this.#parts.table.pinned(current.name, definition);
    if (pipeline === undefined) {
      const reason = `run ${runId} began on definition ${definition} of ${current.name}, which is not here; give it as a former one`;
      await this.#recordParked({ runId, pipeline: current, input }, past, reason);
      return this.#hold(taken, reason);
    }
    const run = this.#start(pipeline, runId, past?.input ?? input, past);
    const unhear = this.#bell.hear(delivery.signal, () => run.suspend());
    try {
      const { status, error } = await run.result;
      if (status === "parked") await this.#hold(taken, error?.message ?? "");
    } finally {
      unhear();
    }
  }

  async #recall(
    runId: string,
    event: StoredEvent,
    { attempt, signal }: Delivery,
  ): Promise<FoldedRun | undefined> {
    if (attempt === 1 && !this.#lost.has(runId)) return this.#history.recall(runId, event, signal);
    const past = await this.#history.recallAgain(runId, event, signal);
    this.#lost.delete(runId);
    return past;
  }

  #start(pipeline: Pipeline, runId: string, input: RunInput, past: FoldedRun | undefined): PipelineRun {
    const run = new PipelineRun({ host: this.#host, journal: this.#journal, pipeline, runId, input, past });
    this.#counters.started(pipeline.name, past?.definition !== undefined);
    this.#active.set(runId, run);
    run.result.then(
      (result) => {
        this.#active.delete(runId);
        this.#counters.ended(pipeline.name, result.status);
        this.#parts.onEnd?.(result);
      },
      () => {
        this.#active.delete(runId);
        this.#counters.left(pipeline.name);
      },
    );
    run.start();
    return run;
  }

  #startChild(name: string, runId: string, input: RunInput): ChildRun {
    const past = this.#history.take(runId);
    const { table } = this.#parts;
    const pipeline =
      past?.definition === undefined ? table.current(name) : table.pinned(name, past.definition);
    if (pipeline !== undefined) return this.#start(pipeline, runId, input, past);
    const message = `there is no pipeline ${name} with the definition ${past?.definition ?? ""} of run ${runId}`;
    return parkedChild(name, runId, message);
  }

  async #recordParked(
    run: { readonly runId: string; readonly pipeline: Pipeline; readonly input: RunInput },
    past: FoldedRun | undefined,
    reason: string,
  ): Promise<void> {
    this.#counters.parked(run.pipeline.name);
    if (past?.status === "parked" && past.error?.message === reason) return;
    await this.#journal.append(run, [{ type: "parked", reason }]);
  }

  /**
   * Keeps the event of a parked run, and with it its records, until the engine stops; the next start tries again. So
   * that they cannot keep all others from running, at most half of the events that a consumer handles at a time are held;
   * further ones become dead letters.
   */
  async #hold({ current, runId, delivery, slots }: Taken, reason: string): Promise<void> {
    const held = [...this.#parked.values()].filter(({ group }) => group === slots.group).length;
    if (held + 1 > Math.floor(slots.most / 2)) throw new DynoError("conflict", reason);
    this.#parked.set(runId, { pipeline: current.name, group: slots.group, reason });
    await new Promise<void>((resolve) => {
      this.#bell.hear(delivery.signal, resolve);
    });
    this.#parked.delete(runId);
    throw new DynoError("aborted", reason);
  }

  cancel(runId: string, reason: string): boolean {
    const run = this.#active.get(runId);
    run?.cancel(reason);
    return run !== undefined;
  }

  suspend(): void {
    for (const run of this.#active.values()) run.suspend();
  }

  counts(): readonly RunCounts[] {
    return this.#counters.counts();
  }

  /** Parked runs by pipeline, with the reason of the first. */
  parked(): readonly Parked[] {
    const byPipeline = new Map<string, Parked>();
    for (const { pipeline, reason } of this.#parked.values()) {
      const known = byPipeline.get(pipeline);
      byPipeline.set(pipeline, { pipeline, reason: known?.reason ?? reason, runs: (known?.runs ?? 0) + 1 });
    }
    return [...byPipeline.values()];
  }
}

function parkedChild(pipeline: string, runId: string, message: string): ChildRun {
  const error = { code: "conflict", message } as const;
  return {
    result: Promise.resolve({ runId, pipeline, status: "parked", outputs: {}, error, records: [] }),
    suspend: () => undefined,
    cancel: () => undefined,
  };
}
