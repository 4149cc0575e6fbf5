import { Bench, Task } from "tinybench";
import { DynoError } from "../../base/errors.ts";
import { startClosedLoop } from "../load/closed-loop.ts";
import type { LoadOutcome, OwnClosedLoop, RunningLoad } from "../load/running-load.ts";
import type { Session } from "../target.ts";
import type { Batches, BatchOutcome } from "./function-batch.ts";

type LoopOrder = Parameters<OwnClosedLoop["start"]>[0];

/** What is driven. */
export interface FunctionLoopOptions {
  readonly batches: Batches;
  readonly isAsync: boolean;
  /** How many calls make a sample, where a slice does not say. */
  readonly callsPerSample: number;
  /** How many lists of arguments there are: each sample has all of them equally often, where it has more than one call. */
  readonly cases: number;
  readonly fire: Session["fire"];
}

/** Timers, samples and an abort get their turn so often. What tinybench computes after each turn costs 1 % of it. */
const turnMs = 10;
/** A slice's recorder takes the operations of so many samples together. */
const samplesInBatch = 40;

/**
 * Closed loops by tinybench: it runs a task of `callsPerSample` calls over and over and times each run; those times are
 * recorded as they come. More than one client only makes sense for an async function, and its calls are timed one by one, by
 * dyno's own loop. Starting throws a DynoError `setup` for more than one client of a function that is not async.
 */
export function createFunctionLoop(options: FunctionLoopOptions): OwnClosedLoop {
  return {
    name: "tinybench",
    inSlices: true,
    start: (order) => {
      const { fromClients, toClients, phase } = order.phase;
      const clients = Math.max(fromClients, toClients);
      if (clients === 1) return new TinybenchLoop(options, order).start();
      if (options.isAsync)
        return startClosedLoop({ ...order, session: { fire: options.fire, stop: async () => [] } });
      throw new DynoError(
        "setup",
        `${phase}: ${clients} clients cannot call a function at the same time that is not async; give clients: 1`,
      );
    },
  };
}

class TinybenchLoop {
  readonly #options: FunctionLoopOptions;
  readonly #order: LoopOrder;
  readonly #callsPerSample: number;
  /** Tinybench reads its clock before and after each sample. */
  #fromMicros = 0;
  #toMicros = 0;
  #outcome: BatchOutcome = { succeeded: 0 };
  #sent = 0;
  #isRunning = true;

  constructor(options: FunctionLoopOptions, order: LoopOrder) {
    this.#options = options;
    this.#order = order;
    const { cases, callsPerSample } = options;
    const { batchOperations } = order;
    const wanted =
      batchOperations === undefined ? callsPerSample : Math.floor(batchOperations / samplesInBatch);
    this.#callsPerSample = wanted > 1 ? Math.ceil(wanted / cases) * cases : 1;
  }

  start(): RunningLoad {
    const done = this.#run();
    return { done, inFlight: () => (this.#isRunning && this.#options.isAsync ? 1 : 0) };
  }

  readonly #now = (): number => this.#order.clock.nowMicros() - this.#order.startMicros;

  readonly #readClock = (): number => {
    this.#fromMicros = this.#toMicros;
    this.#toMicros = this.#now();
    return this.#toMicros / 1000;
  };

  readonly #runSample = (): void => {
    this.#outcome = this.#options.batches.runSync(this.#callsPerSample);
  };

  readonly #awaitSample = async (): Promise<void> => {
    this.#outcome = await this.#options.batches.run(this.#callsPerSample);
  };

  readonly #record = (): void => {
    if (!this.#isRunning) return;
    const { recorder } = this.#order;
    const { succeeded, failure } = this.#outcome;
    const [from, to] = [this.#fromMicros, this.#toMicros];
    if (succeeded > 0) recorder.successes(succeeded, from, to);
    this.#sent += succeeded;
    if (failure === undefined) return;
    this.#sent++;
    const sentMicros = succeeded === 0 ? from : to;
    recorder.sent(sentMicros, sentMicros);
    recorder.failure(sentMicros, sentMicros, to, failure.error);
  };

  async #run(): Promise<LoadOutcome> {
    const { phase, signal, recorder } = this.#order;
    const deadline = this.#openDeadline();
    let unanswered = 0;
    while (unanswered === 0 && !signal.aborted) {
      const leftMs = phase.durationMs - this.#now() / 1000;
      if (leftMs <= 0) break;
      if ((await this.#turn(Math.min(turnMs, leftMs), deadline.passed)) === "late") unanswered = 1;
    }
    this.#isRunning = false;
    deadline.close();
    if (unanswered > 0) recorder.sent(this.#now(), this.#now());
    recorder.unanswered(unanswered, this.#now());
    const sent = this.#sent + unanswered;
    const sendingMs = this.#now() / 1000;
    const operationsPerSample = this.#callsPerSample;
    return {
      asked: sent,
      sent,
      sentInTime: sent,
      unanswered,
      sendingMs,
      idleSpinMicros: 0,
      driver: "tinybench",
      operationsPerSample,
    };
  }

  /** Lets tinybench work for so long, and then everybody else. */
  async #turn(lengthMs: number, passed: Promise<"late">): Promise<"late" | undefined> {
    const { isAsync } = this.#options;
    const bench = new Bench({ warmup: false, iterations: 1, time: lengthMs, now: this.#readClock });
    const task = new Task(bench, "calls", isAsync ? this.#awaitSample : this.#runSample, {
      async: isAsync,
      afterEach: this.#record,
    });
    if (!isAsync) task.runSync();
    else if ((await Promise.race([task.run(), passed])) === "late") return "late";
    if (task.result.state === "errored") throw task.result.error;
    await new Promise((resolve) => setImmediate(resolve));
    return undefined;
  }

  /** An async call may never be answered. */
  #openDeadline(): { readonly passed: Promise<"late">; close(): void } {
    const { phase, signal, drainMs } = this.#order;
    let timer: NodeJS.Timeout | undefined;
    let onAbort = (): void => undefined;
    const passed = new Promise<"late">((resolve) => {
      const wait = (ms: number): void => {
        clearTimeout(timer);
        timer = setTimeout(resolve, ms, "late");
      };
      wait(phase.durationMs + drainMs);
      onAbort = () => wait(drainMs);
      signal.addEventListener("abort", onAbort, { once: true });
    });
    return {
      passed,
      close: () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", onAbort);
      },
    };
  }
}
