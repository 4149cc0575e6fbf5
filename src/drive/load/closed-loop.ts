import type { ClosedPhase } from "../../scenario/scenario.ts";
import { drained, type LoadOptions } from "./open-loop.ts";
import type { LoadOutcome, RunningLoad } from "./running-load.ts";

/** Timers, samples and an abort get their turn at least this often, also where nothing ever waits for input. */
const turnMicros = 2000;
const rampStepMs = 10;

/** Keeps a number of clients busy, each of which sends its next operation when the last one is answered. */
export function startClosedLoop(options: LoadOptions & { readonly phase: ClosedPhase }): RunningLoad {
  const driver = new ClosedLoop(options);
  return { done: driver.run(), inFlight: () => driver.inFlight };
}

class ClosedLoop {
  readonly #options: LoadOptions & { readonly phase: ClosedPhase };
  inFlight = 0;
  #clients = 0;
  #sent = 0;
  #lastTurnMicros = 0;
  #waiting = 0;
  #stopped = false;
  #ended = false;

  constructor(options: LoadOptions & { readonly phase: ClosedPhase }) {
    this.#options = options;
  }

  async run(): Promise<LoadOutcome> {
    const { recorder, drainMs, signal, phase } = this.#options;
    this.#adjust();
    while (!signal.aborted && this.#now() < phase.durationMs * 1000) {
      const leftMs = phase.durationMs - this.#now() / 1000;
      await new Promise((resolve) => setTimeout(resolve, Math.min(rampStepMs, Math.max(0, leftMs))));
      this.#adjust();
    }
    this.#stopped = true;
    const sendingMs = this.#now() / 1000;
    await drained(() => this.inFlight, drainMs);
    this.#ended = true;
    recorder.unanswered(this.inFlight, this.#now());
    const sent = this.#sent;
    return { asked: sent, sent, sentInTime: sent, unanswered: this.inFlight, sendingMs, idleSpinMicros: 0 };
  }

  #now(): number {
    return this.#options.clock.nowMicros() - this.#options.startMicros;
  }

  #wanted(): number {
    const { fromClients, toClients, durationMs } = this.#options.phase;
    const share = Math.min(1, this.#now() / 1000 / durationMs);
    return Math.max(1, Math.round(fromClients + (toClients - fromClients) * share));
  }

  #adjust(): void {
    // Counted first: a client that may not send any more leaves at once.
    for (let missing = this.#wanted() - this.#clients; missing > 0; missing--) {
      this.#clients++;
      this.#send();
    }
  }

  /** One client: sends until an answer has to be waited for. */
  readonly #send = (): void => {
    const { session, recorder, signal, firstOperation, phase } = this.#options;
    let sentMicros = this.#now();
    for (;;) {
      if (this.#stopped || signal.aborted || sentMicros >= phase.durationMs * 1000 || this.#isTooMany()) {
        this.#clients--;
        return;
      }
      if (sentMicros - this.#lastTurnMicros > turnMicros) return this.#yield();
      const n = firstOperation + this.#sent;
      this.#sent++;
      recorder.sent(sentMicros, sentMicros);
      let answer: Promise<unknown> | void;
      try {
        answer = session.fire(n, signal);
      } catch (error) {
        recorder.failure(sentMicros, sentMicros, this.#now(), error);
        // A target that throws at once must not keep the loop from ever turning.
        return this.#yield();
      }
      if (answer !== undefined) return this.#await(answer, sentMicros);
      const doneMicros = this.#now();
      recorder.success(sentMicros, sentMicros, doneMicros);
      sentMicros = doneMicros;
    }
  };

  #isTooMany(): boolean {
    const { fromClients, toClients } = this.#options.phase;
    return toClients < fromClients && this.#clients > this.#wanted();
  }

  #await(answer: Promise<unknown>, sentMicros: number): void {
    const { recorder } = this.#options;
    this.inFlight++;
    answer.then(
      () => {
        if (this.#ended) return;
        this.inFlight--;
        recorder.success(sentMicros, sentMicros, this.#now());
        this.#send();
      },
      (error: unknown) => {
        if (this.#ended) return;
        this.inFlight--;
        recorder.failure(sentMicros, sentMicros, this.#now(), error);
        this.#yield();
      },
    );
  }

  /** Goes on with this client after the event loop has turned. */
  #yield(): void {
    this.#waiting++;
    if (this.#waiting > 1) return;
    setImmediate(() => {
      const count = this.#waiting;
      this.#waiting = 0;
      this.#lastTurnMicros = this.#now();
      for (let i = 0; i < count; i++) this.#send();
    });
  }
}
