import type { Session } from "../target.ts";
import type { LoadOrder, LoadOutcome, RunningLoad } from "./running-load.ts";
import type { Schedule } from "./schedule.ts";

/** What both drivers of ours are given. */
export interface LoadOptions extends LoadOrder {
  readonly session: Session;
}

/** What the open-loop driver is given beside. */
export interface OpenLoopOptions extends LoadOptions {
  readonly schedule: Schedule;
  readonly durationMs: number;
  /** Timers alone. */
  readonly lowCpu: boolean;
}

/** A wait longer than this is left to a timer, which may be late by a good millisecond; the rest is spun. */
const spinMicros = 3000;
/** The event loop gets its turn at least this often. */
const turnMicros = 500;
/** The event loop gets its turn after so many operations, so that answers are seen while a backlog is sent. */
const burstOperations = 64;

/** A wait that is longer than this is not spent reading the clock. */
const pauseFromMicros = 1;
const pauseSteps = 1000;
let steps = 0;

/**
 * Spends less than a microsecond. Each reading of the clock leaves a number on the heap: read without pause, they filled
 * the young generation every 3 ms, and its collection made one operation in a hundred 80 us late.
 */
function pause(): void {
  for (let step = 0; step < pauseSteps; step++) steps = (steps + step) | 0;
}

/**
 * Sends operations when they are due, whatever becomes of those before; each counts from when it was due.
 *
 * Between operations the event loop turns without pause (a timer for long waits, then setImmediate), so that answers
 * are read at once and the next operation leaves within microseconds of its time. With `lowCpu` there are only
 * timers.
 */
export function startOpenLoop(
  options: LoadOptions & {
    readonly schedule: Schedule;
    readonly durationMs: number;
    readonly lowCpu: boolean;
  },
): RunningLoad {
  const driver = new OpenLoop(options);
  return { done: driver.run(), inFlight: () => driver.inFlight };
}

class OpenLoop {
  readonly #options: LoadOptions & {
    readonly schedule: Schedule;
    readonly durationMs: number;
    readonly lowCpu: boolean;
  };
  inFlight = 0;
  #sent = 0;
  #sentInTime = 0;
  #dueMicros: number;
  #idleSpinMicros = 0;
  #lastTurnMicros = 0;
  #answersSinceTurn = 0;
  #ended = false;
  #finish: () => void = () => undefined;

  constructor(options: OpenLoopOptions) {
    this.#options = options;
    this.#dueMicros = options.schedule.next();
  }

  async run(): Promise<LoadOutcome> {
    const { recorder, drainMs } = this.#options;
    await new Promise<void>((resolve) => {
      this.#finish = resolve;
      this.#turn();
    });
    const sendingMs = this.#now() / 1000;
    await drained(() => this.inFlight, drainMs);
    this.#ended = true;
    recorder.unanswered(this.inFlight, this.#now());
    return {
      asked: this.#sent + this.#countLeft(),
      sent: this.#sent,
      sentInTime: this.#sentInTime,
      unanswered: this.inFlight,
      sendingMs,
      idleSpinMicros: this.#idleSpinMicros,
    };
  }

  /** What the schedule still had; nothing counts as asked for once the phase was broken off. */
  #countLeft(): number {
    if (this.#options.signal.aborted) return 0;
    let left = 0;
    for (; this.#dueMicros !== Number.POSITIVE_INFINITY; left++)
      this.#dueMicros = this.#options.schedule.next();
    return left;
  }

  #now(): number {
    return this.#options.clock.nowMicros() - this.#options.startMicros;
  }

  readonly #turn = (): void => {
    const begunMicros = this.#now();
    let now = begunMicros;
    const isIdle = this.#dueMicros > now && this.#answersSinceTurn === 0;
    if (isIdle && this.#lastTurnMicros > 0) this.#idleSpinMicros += now - this.#lastTurnMicros;
    this.#answersSinceTurn = 0;
    do {
      now = this.#sendDue(now);
      now = this.#spinToNext(now, begunMicros);
    } while (this.#dueMicros <= now && now - begunMicros < turnMicros && !this.#options.signal.aborted);
    this.#lastTurnMicros = now;
    this.#wait(now);
  };

  #sendDue(from: number): number {
    let now = from;
    let burst = 0;
    while (this.#dueMicros <= now && burst++ < burstOperations && !this.#options.signal.aborted) {
      this.#fire(this.#dueMicros, now);
      this.#dueMicros = this.#options.schedule.next();
      now = this.#now();
    }
    return now;
  }

  /** With no answer to wait for, the next moment is waited for here: a turn of the event loop costs more, and makes garbage. */
  #spinToNext(from: number, begunMicros: number): number {
    if (this.inFlight > 0 || this.#options.lowCpu || this.#dueMicros - begunMicros > turnMicros) return from;
    let now = from;
    while (now < this.#dueMicros) {
      if (this.#dueMicros - now > pauseFromMicros) pause();
      now = this.#now();
    }
    this.#idleSpinMicros += now - from;
    return now;
  }

  #wait(now: number): void {
    const { signal, durationMs, drainMs, lowCpu } = this.#options;
    const endMicros = durationMs * 1000;
    const isAllSent = this.#dueMicros === Number.POSITIVE_INFINITY && now >= endMicros;
    // A backlog at the end is still sent, each operation late by its own measure, within the drain time.
    if (signal.aborted || isAllSent || now >= endMicros + drainMs * 1000) return this.#finish();
    const gapMicros = (this.#dueMicros === Number.POSITIVE_INFINITY ? endMicros : this.#dueMicros) - now;
    if (gapMicros > spinMicros || (lowCpu && gapMicros > 0)) {
      this.#lastTurnMicros = 0;
      // Short naps at most, so that an abort is seen soon.
      const napMs = Math.min(100, lowCpu ? Math.ceil(gapMicros / 1000) : (gapMicros - spinMicros) / 1000 + 1);
      setTimeout(this.#turn, napMs);
    } else setImmediate(this.#turn);
  }

  #fire(dueMicros: number, sentMicros: number): void {
    const { session, recorder, signal, firstOperation, durationMs } = this.#options;
    const n = firstOperation + this.#sent;
    this.#sent++;
    if (sentMicros <= durationMs * 1000) this.#sentInTime++;
    recorder.sent(dueMicros, sentMicros);
    let answer: Promise<unknown> | void;
    try {
      answer = session.fire(n, signal);
    } catch (error) {
      recorder.failure(dueMicros, sentMicros, this.#now(), error);
      return;
    }
    if (answer === undefined) {
      recorder.success(dueMicros, sentMicros, this.#now());
      return;
    }
    this.inFlight++;
    answer.then(
      () => {
        if (this.#ended) return;
        this.inFlight--;
        this.#answersSinceTurn++;
        recorder.success(dueMicros, sentMicros, this.#now());
      },
      (error: unknown) => {
        if (this.#ended) return;
        this.inFlight--;
        this.#answersSinceTurn++;
        recorder.failure(dueMicros, sentMicros, this.#now(), error);
      },
    );
  }
}

/** Resolves when nothing is in flight, or after `drainMs`. */
export async function drained(inFlight: () => number, drainMs: number): Promise<void> {
  const deadline = Date.now() + drainMs;
  while (inFlight() > 0 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 1));
}
