import { formatDuration } from "../../base/units.ts";
import type { Ticket, TicketPlace } from "./bulkhead.ts";
import type { Call, Callee } from "./call.ts";
import { classify } from "./classify-error.ts";
import { createLazyAbort, type LazyAbort } from "./lazy-abort.ts";
import type { PolicyCore } from "./policy-core.ts";
import { errorWithoutStack, rejection } from "./rejection.ts";
import type { Alarm } from "./timers.ts";

/** Who started an attempt. It hears of its end exactly once, and not at all of one that it gave up itself. */
export interface AttemptOwner {
  readonly core: PolicyCore;
  readonly callee: Callee<unknown>;
  readonly key: string;
  /** For all attempts; Infinity never. */
  readonly deadlineMicros: number;
  readonly isRetried: boolean;
  succeeded(value: unknown): void;
  failed(error: unknown, nowMicros: number): void;
  /** No attempt was made. */
  rejected(error: unknown): void;
  /** The call goes on later, from somebody else's: what its caller carries in AsyncLocalStorage must be kept. */
  keepContext(): void;
  inContext(resume: () => void): void;
}

/**
 * One attempt: a place in the bulkhead, a permit of the breaker, a time limit; and what the callee is told. It is one
 * object on purpose, and makes no AbortController before somebody asks for one: that is what a call costs.
 */
export class Attempt implements Call, Ticket, Alarm {
  readonly attempt: number;
  readonly #owner: AttemptOwner;
  /** Of its place in the queue, then of its answer; Infinity never. */
  dueMicros: number;
  slot = -1;
  before: Ticket | undefined = undefined;
  after: Ticket | undefined = undefined;
  place: TicketPlace = "outside";
  sinceMicros = 0;
  #isOver = false;
  #permit = 0;
  #abort: LazyAbort | undefined = undefined;

  constructor(owner: AttemptOwner, attempt: number) {
    this.#owner = owner;
    this.attempt = attempt;
    this.dueMicros = owner.deadlineMicros;
  }

  get name(): string {
    return this.#owner.core.name;
  }

  get key(): string {
    return this.#owner.key;
  }

  get isRetried(): boolean {
    return this.#owner.isRetried;
  }

  get holdsProcess(): boolean {
    return true;
  }

  get deadlineMicros(): number {
    return this.dueMicros;
  }

  get isAborted(): boolean {
    return this.#abort?.isAborted === true;
  }

  get signal(): AbortSignal {
    this.#abort ??= createLazyAbort();
    return this.#abort.signal;
  }

  remainingMs(): number {
    return Math.max(0, this.dueMicros - this.#owner.core.clock.nowMicros()) / 1000;
  }

  onAbort(listener: (reason: unknown) => void): () => void {
    this.#abort ??= createLazyAbort();
    return this.#abort.listen(listener);
  }

  /** Asks the breaker, then for a place; the breaker is asked again once there is one. */
  begin(nowMicros: number): void {
    const { gate, bulkhead, timers, settings } = this.#owner.core;
    if (gate?.refuses(nowMicros)) return this.#reject(gate.refusal(nowMicros), nowMicros);
    if (this.dueMicros <= nowMicros) {
      return this.#reject(
        errorWithoutStack("timeout", `${this.name} is not called: its deadline is over`),
        nowMicros,
      );
    }
    if (bulkhead === undefined) return this.#start(nowMicros);
    const maxWaitMs = settings.bulkhead?.maxWaitMs ?? 0;
    if (maxWaitMs > 0) this.dueMicros = Math.min(this.dueMicros, nowMicros + maxWaitMs * 1000);
    const refusal = bulkhead.enter(this, nowMicros);
    if (refusal !== undefined) return this.#reject(refusal, nowMicros);
    if (this.place === "inside") return this.#start(nowMicros);
    this.#owner.keepContext();
    if (this.dueMicros < Number.POSITIVE_INFINITY) timers.set(this, this.dueMicros);
  }

  admitted(nowMicros: number): void {
    this.#owner.inContext(() => this.#start(nowMicros));
  }

  #start(nowMicros: number): void {
    const { gate, timers, settings } = this.#owner.core;
    if (gate !== undefined) {
      this.#permit = gate.acquire(nowMicros);
      if (this.#permit === 0) return this.#reject(gate.refusal(nowMicros), nowMicros);
    }
    this.sinceMicros = nowMicros;
    timers.cancel(this);
    this.dueMicros = Math.min(this.#owner.deadlineMicros, nowMicros + settings.timeoutMs * 1000);
    if (this.dueMicros < Number.POSITIVE_INFINITY) timers.set(this, this.dueMicros);
    this.#call();
  }

  missed(nowMicros: number): void {
    const waited = formatDuration(nowMicros - this.sinceMicros);
    this.#reject(
      rejection(`${this.name} is not called: no place was free within ${waited}; try again later`),
      nowMicros,
    );
  }

  /** Its time is over: to wait for a place, or to answer. */
  ring(nowMicros: number): void {
    if (this.place === "queued") return this.missed(nowMicros);
    const tookMicros = nowMicros - this.sinceMicros;
    const error = errorWithoutStack(
      "timeout",
      `${this.name} did not answer within ${formatDuration(this.dueMicros - this.sinceMicros)} (attempt ${this.attempt})`,
    );
    const { gate, counts } = this.#owner.core;
    this.#isOver = true;
    counts.timeouts++;
    if (this.#hadTime(tookMicros)) gate?.failed(this.#permit, nowMicros, tookMicros);
    else gate?.ignored(this.#permit, nowMicros);
    this.#giveUp(error);
    this.#leave(nowMicros);
    this.#owner.failed(error, nowMicros);
  }

  /**
   * A deadline that left no more time than successes usually take says nothing about the dependency. While none is known,
   * that is a tenth of the timeout; more than half of the timeout is always enough.
   */
  #hadTime(tookMicros: number): boolean {
    const { usualMicros, settings } = this.#owner.core;
    if (!Number.isFinite(settings.timeoutMs)) return true;
    const leastMicros = usualMicros > 0 ? usualMicros : settings.timeoutMs * 100;
    return tookMicros > Math.min(leastMicros, settings.timeoutMs * 500);
  }

  /** The caller does not wait any more. */
  abandon(reason: unknown, nowMicros: number): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (this.#permit !== 0) this.#owner.core.gate?.ignored(this.#permit, nowMicros);
    this.#giveUp(reason);
    this.#leave(nowMicros);
  }

  #call(): void {
    let answer: unknown;
    try {
      answer = this.#owner.callee(this);
      if (isPromiseLike(answer)) {
        answer.then(
          (value) => this.#onValue(value),
          (error) => this.#onError(error),
        );
        return;
      }
    } catch (error) {
      return this.#onError(error);
    }
    this.#onValue(answer);
  }

  #onValue(value: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const { core } = this.#owner;
    const { clock, gate, budget } = core;
    const nowMicros = clock.nowMicros();
    const tookMicros = nowMicros - this.sinceMicros;
    noteSuccess(core, tookMicros);
    gate?.succeeded(this.#permit, nowMicros, tookMicros);
    budget?.earn();
    this.#leave(nowMicros);
    this.#owner.succeeded(value);
  }

  #onError(error: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const { clock, gate, countsAsFailure } = this.#owner.core;
    const nowMicros = clock.nowMicros();
    if (!classify(countsAsFailure, error, true)) gate?.ignored(this.#permit, nowMicros);
    else gate?.failed(this.#permit, nowMicros, nowMicros - this.sinceMicros);
    this.#leave(nowMicros);
    this.#owner.failed(error, nowMicros);
  }

  /** Somebody may ask for the signal afterwards: it is aborted then. */
  #giveUp(reason: unknown): void {
    this.#abort ??= createLazyAbort();
    this.#abort.abort(reason);
  }

  #reject(error: unknown, nowMicros: number): void {
    this.#isOver = true;
    this.#leave(nowMicros);
    this.#owner.rejected(error);
  }

  #leave(nowMicros: number): void {
    const { timers, bulkhead } = this.#owner.core;
    timers.cancel(this);
    bulkhead?.leave(this, nowMicros);
  }
}

/** Weight of the newest success in the mean: about the last 16 count. */
const newestWeight = 1 / 16;

function noteSuccess(core: PolicyCore, tookMicros: number): void {
  core.usualMicros += (tookMicros - core.usualMicros) * (core.usualMicros === 0 ? 1 : newestWeight);
}

function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}
